package dev.parley.it.shop;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.endpoint.Inlet;
import dev.parley.handshake.Binds;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.JsonMessage;
import dev.parley.handshake.JsonMessage.Reading;
import dev.parley.handshake.WebSocketException;
import dev.parley.handshake.constraint.NotBlank;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

@ServerEndpoint(value = "/desk", configurator = HandshakeConfigurator.class)
@Binds(DeskSocket.Visit.class)
public final class DeskSocket {
    record Visit() {}

    record Note(@NotBlank String note) {}

    private static final JsonMessage<Note> NOTES = new JsonMessage<>(Note.class);

    private final Inlet inlet;

    /** Never called, but Open Liberty wants it. */
    public DeskSocket() {
        throw new UnsupportedOperationException("made by its configurator");
    }

    DeskSocket(ConnectionManager connections) {
        inlet = new Inlet(connections, 1_000);
    }

    private record Desk(Connection connection) implements Inlet.Receiver {
        @Override
        public void text(String message) {
            if (message.equals("bye")) {
                throw new WebSocketException(4321, "we are closing");
            } else if (!message.startsWith("{")) {
                connection.send("Message text was: " + message);
            } else if (NOTES.read(message) instanceof Reading.Message<Note> read) {
                connection.send(JsonMessage.write(read.value()));
            } else {
                throw new WebSocketException(1007, "not a note");
            }
        }

        @Override
        public void binary(byte[] message) {
            connection.send(message);
        }
    }

    @OnOpen
    public void open(Session session) {
        inlet.open(session, Visit.class, (visit, connection) -> new Desk(connection));
    }

    @OnMessage
    public void text(String part, boolean last) {
        inlet.text(part, last);
    }

    @OnMessage
    public void binary(ByteBuffer part, boolean last) {
        inlet.binary(part, last);
    }

    @OnMessage
    public void pong(PongMessage pong) {
        inlet.pong();
    }

    @OnError
    public void failed(Throwable failure) {
        inlet.failed(failure);
    }

    @OnClose
    public void closed(CloseReason reason) {
        inlet.closed(reason);
    }
}
