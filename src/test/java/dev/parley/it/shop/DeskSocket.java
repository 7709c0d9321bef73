package dev.parley.it.shop;

import dev.parley.endpoint.Connection;
import dev.parley.endpoint.ParleyEndpoint;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.JsonMessage;
import dev.parley.handshake.JsonMessage.Reading;
import dev.parley.handshake.WebSocketException;
import dev.parley.handshake.constraint.NotBlank;
import jakarta.websocket.server.ServerEndpoint;

@ServerEndpoint(value = "/desk", configurator = HandshakeConfigurator.class)
public class DeskSocket extends ParleyEndpoint<DeskSocket.Visit> {
    public record Visit() {}

    record Note(@NotBlank String note) {}

    private static final JsonMessage<Note> NOTES = new JsonMessage<>(Note.class);

    @Override
    protected void message(Visit visit, Connection connection, String text) {
        if (text.equals("bye")) {
            throw new WebSocketException(4321, "we are closing");
        } else if (!text.startsWith("{")) {
            connection.send("Message text was: " + text);
        } else if (NOTES.read(text) instanceof Reading.Message<Note> read) {
            connection.send(JsonMessage.write(read.value()));
        } else {
            throw new WebSocketException(1007, "not a note");
        }
    }

    @Override
    protected void binary(Visit visit, Connection connection, byte[] bytes) {
        connection.send(bytes);
    }
}
