package dev.parley.endpoint;

import dev.parley.connection.ConnectionManager;
import dev.parley.handshake.Binds;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.QueryParam;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An item: needs a cookie or a token, may take an integer, and says what it was given.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/">docs_src/websockets/tutorial002.py</a>
 */
@ServerEndpoint(value = "/items/{item_id}/ws", configurator = HandshakeConfigurator.class)
@Binds(ItemEndpoint.Visit.class)
public final class ItemEndpoint {
    /** What its handshake brings. */
    record Visit(
            @PathParam("item_id") String itemId,
            @QueryParam("q") Optional<BigInteger> q,
            @Depends(CookieOrToken.class) String credential) {
        /** Says nothing of what was sent. */
        @Override
        public String toString() {
            return "visit to an item";
        }
    }

    private final Inlet inlet;

    /** Never called: the configurator makes endpoints. Open Liberty deploys none without it (CWWKH0001E). */
    public ItemEndpoint() {
        throw new UnsupportedOperationException("made by its configurator");
    }

    public ItemEndpoint(ConnectionManager connections, int maxMessageBytes) {
        inlet = new Inlet(connections, maxMessageBytes);
    }

    @OnOpen
    public void open(Session session) {
        inlet.open(session, Visit.class, (visit, connection) -> message -> {
            connection.send("Session cookie or query token value is: " + visit.credential());
            visit.q().ifPresent(q -> connection.send("Query parameter q is: " + q));
            connection.send("Message text was: " + message + ", for item ID: " + visit.itemId());
        });
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
