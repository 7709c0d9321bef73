package dev.parley.endpoint;

import dev.parley.connection.ConnectionManager;
import dev.parley.handshake.Binds;
import dev.parley.handshake.HandshakeConfigurator;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/**
 * Echo: every text message comes back, with a few words before it.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/">docs_src/websockets/tutorial001.py</a>
 */
@ServerEndpoint(value = "/ws", configurator = HandshakeConfigurator.class)
@Binds(EchoEndpoint.Visit.class)
public final class EchoEndpoint {
    /** What its handshake brings. */
    record Visit() {}

    private final Inlet inlet;

    /** Never called: the configurator makes endpoints. Open Liberty deploys none without it (CWWKH0001E). */
    public EchoEndpoint() {
        throw new UnsupportedOperationException("made by its configurator");
    }

    public EchoEndpoint(ConnectionManager connections, int maxMessageBytes) {
        inlet = new Inlet(connections, maxMessageBytes);
    }

    @OnOpen
    public void open(Session session) {
        inlet.open(
                session,
                Visit.class,
                (visit, connection) -> message -> connection.send("Message text was: " + message));
    }

    @OnMessage
    public void text(String part, boolean last) {
        inlet.text(part, last);
    }

    @OnMessage
    public void binary(ByteBuffer part, boolean last) {
        inlet.binary();
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
