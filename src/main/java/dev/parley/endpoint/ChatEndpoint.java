package dev.parley.endpoint;

import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.dialogue.Policies;
import dev.parley.dialogue.TextDialogue;
import dev.parley.handshake.Binds;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.room.Rooms;
import dev.parley.room.Seat;
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

/**
 * The chat: everybody reads what everybody says, and who left. It is the text window on a room, the lobby unless the query
 * names another.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/">docs_src/websockets/tutorial003.py</a>
 */
@ServerEndpoint(value = "/ws/{client_id}", configurator = HandshakeConfigurator.class)
@Binds(ChatEndpoint.Visit.class)
public final class ChatEndpoint {
    /** What its handshake brings. */
    record Visit(
            @PathParam("client_id") BigInteger clientId,
            @Depends(RoomOfQuery.class) RoomId room,
            @Depends(Place.class) Seat seat) {}

    private final Inlet inlet;
    private final Rooms rooms;
    private final Policies policies;

    /** Never called: the configurator makes endpoints. Open Liberty deploys none without it (CWWKH0001E). */
    public ChatEndpoint() {
        throw new UnsupportedOperationException("made by its configurator");
    }

    public ChatEndpoint(ConnectionManager connections, Rooms rooms, Policies policies, int maxMessageBytes) {
        this.rooms = rooms;
        this.policies = policies;
        inlet = new Inlet(connections, maxMessageBytes);
    }

    @OnOpen
    public void open(Session session) {
        inlet.open(session, Visit.class, this::enter);
    }

    private Inlet.Receiver enter(Visit visit, Connection connection) {
        return new TextDialogue(
                policies,
                rooms,
                connection,
                visit.room(),
                visit.seat(),
                visit.clientId().toString())::receive;
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
