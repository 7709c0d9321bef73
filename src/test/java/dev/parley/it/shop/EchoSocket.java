package dev.parley.it.shop;

import dev.parley.endpoint.Connection;
import dev.parley.endpoint.ParleyEndpoint;
import dev.parley.handshake.HandshakeConfigurator;
import jakarta.websocket.server.ServerEndpoint;

@ServerEndpoint(value = "/echo", configurator = HandshakeConfigurator.class)
public class EchoSocket extends ParleyEndpoint<EchoSocket.Visit> {
    public record Visit() {}

    @Override
    protected void message(Visit visit, Connection connection, String text) {
        connection.send("Message text was: " + text);
    }

    @Override
    protected void binary(Visit visit, Connection connection, byte[] bytes) {
        connection.send(bytes);
    }
}
