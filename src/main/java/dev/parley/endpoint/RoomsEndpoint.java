package dev.parley.endpoint;

import dev.parley.connection.ConnectionManager;
import dev.parley.dialogue.Dialogues;
import dev.parley.handshake.Binds;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Depends;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.security.PossibleUser;
import dev.parley.handshake.security.Secret;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Rooms: one connection, many rooms, in the subprotocol {@code parley.v1}. */
@ServerEndpoint(value = "/rooms", subprotocols = RoomsEndpoint.PROTOCOL, configurator = HandshakeConfigurator.class)
@Binds(RoomsEndpoint.Visit.class)
public final class RoomsEndpoint {
    static final String PROTOCOL = "parley.v1";

    /**
     * How small the parts of a longest message may be: less than any that a network or a server makes of it (Tomcat, of 512
     * characters), and far more than fragments of a byte.
     */
    private static final int SMALLEST_PART = 64;

    /** What its handshake brings. */
    record Visit(
            @Depends(PossibleUser.class) Optional<Credential> user,
            @QueryParam("token") Optional<Secret> token) {}

    private final Inlet inlet;
    private final Dialogues dialogues;

    /** Never called: the configurator makes endpoints. Open Liberty deploys none without it (CWWKH0001E). */
    public RoomsEndpoint() {
        throw new UnsupportedOperationException("made by its configurator");
    }

    public RoomsEndpoint(ConnectionManager connections, Dialogues dialogues, int maxMessageBytes) {
        this.dialogues = dialogues;
        inlet = new Inlet(connections, maxMessageBytes, Math.max(1_024, maxMessageBytes / SMALLEST_PART));
    }

    @OnOpen
    public void open(Session session) {
        Optional<Handshake> handshake = Handshake.of(session);
        inlet.open(
                session,
                Visit.class,
                (visit, connection) -> dialogues.open(
                        connection,
                        visit.user(),
                        visit.token().map(Secret::reveal).filter(token -> !token.isEmpty()),
                        credential -> handshake.orElseThrow().renew(credential))::receive);
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
