package dev.parley.it.shop;

import dev.parley.handshake.Binds;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.HandshakeConfigurator;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;

@ServerEndpoint(value = "/echo", configurator = HandshakeConfigurator.class)
@Binds(EchoSocket.Visit.class)
public final class EchoSocket {
    record Visit() {}

    private boolean isBound;

    @OnOpen
    public void open(Session session) {
        isBound = Handshake.of(session, Visit.class).isPresent();
    }

    @OnMessage
    public String text(String data) {
        return isBound ? "Message text was: " + data : null;
    }

    @OnMessage
    public void binary(Session session, ByteBuffer data) throws IOException {
        if (isBound) {
            session.getBasicRemote().sendBinary(data);
        }
    }
}
