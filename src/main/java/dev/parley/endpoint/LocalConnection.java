package dev.parley.endpoint;

import dev.parley.Caller;
import dev.parley.dialogue.Policies;
import dev.parley.handshake.Handshake;
import dev.parley.protocol.CloseStatus;

/** What an endpoint sees of a connection. */
record LocalConnection(dev.parley.connection.Connection connection, Handshake handshake) implements Connection {
    @Override
    public String id() {
        return connection.id();
    }

    @Override
    public Caller caller() {
        return handshake.credential().map(Policies::callerOf).orElse(Caller.ANONYMOUS);
    }

    @Override
    public boolean isOpen() {
        return connection.isLive();
    }

    @Override
    public void send(String text) {
        connection.send(text);
    }

    @Override
    public void send(byte[] binary) {
        connection.send(binary.clone());
    }

    @Override
    public void close(int code, String reason) {
        connection.close(new CloseStatus.Own(code, reason));
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
