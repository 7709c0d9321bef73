package dev.parley.guide;

import dev.parley.endpoint.Connection;
import dev.parley.endpoint.ParleyEndpoint;
import dev.parley.endpoint.TextSeat;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.math.BigInteger;
import java.util.function.Consumer;

/**
 * The chat: everybody reads what everybody says, and who left. It is a seat in a room, the lobby unless the query names another.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/">docs_src/websockets/tutorial003.py</a>
 */
@ServerEndpoint(value = "/ws/{client_id}", configurator = HandshakeConfigurator.class)
public final class ChatEndpoint extends ParleyEndpoint<ChatEndpoint.Visit> {
    /** What its handshake brings. */
    record Visit(
            @PathParam("client_id") BigInteger clientId,
            @Depends(Place.class) TextSeat seat) {}

    // Volatile, because servers may call back on a thread of their choice: @OnOpen here, @OnMessage there.
    private volatile Consumer<String> room = text -> {};

    @Override
    protected void opened(Visit visit, Connection connection) {
        room = visit.seat().enter(connection, visit.clientId().toString(), GuideWindow.GUIDE);
    }

    @Override
    protected void message(Visit visit, Connection connection, String text) {
        room.accept(text);
    }
}
