package dev.parley.guide;

import dev.parley.endpoint.Connection;
import dev.parley.endpoint.ParleyEndpoint;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.QueryParam;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.math.BigInteger;
import java.util.Optional;

/**
 * An item: needs a cookie or a token, may take an integer, and says what it was given.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/">docs_src/websockets/tutorial002.py</a>
 */
@ServerEndpoint(value = "/items/{item_id}/ws", configurator = HandshakeConfigurator.class)
public final class ItemEndpoint extends ParleyEndpoint<ItemEndpoint.Visit> {
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

    @Override
    protected void message(Visit visit, Connection connection, String text) {
        connection.send("Session cookie or query token value is: " + visit.credential());
        visit.q().ifPresent(q -> connection.send("Query parameter q is: " + q));
        connection.send("Message text was: " + text + ", for item ID: " + visit.itemId());
    }
}
