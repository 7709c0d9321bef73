package dev.parley.endpoint;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.dialogue.Dialogues;
import dev.parley.handshake.Binds;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Depends;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.security.PossibleUser;
import dev.parley.handshake.security.Secret;
import java.util.Optional;

/** Rooms: one connection, many rooms, in the subprotocol {@code parley.v1}. */
@Binds(RoomsEndpoint.Visit.class)
public final class RoomsEndpoint extends SocketEndpoint<RoomsEndpoint.Visit> {
    public static final String PROTOCOL = "parley.v1";

    /**
     * How small the parts of a longest message may be: less than any that a network or a server makes of it (Tomcat, of 512
     * characters), and far more than fragments of a byte.
     */
    private static final int SMALLEST_PART = 64;

    /** What its handshake brings. */
    record Visit(
            @Depends(PossibleUser.class) Optional<Credential> user,
            @QueryParam("token") Optional<Secret> token) {}

    private final Dialogues dialogues;

    public RoomsEndpoint(ConnectionManager connections, Dialogues dialogues, int maxMessageBytes) {
        super(Visit.class, connections, maxMessageBytes, Math.max(1_024, maxMessageBytes / SMALLEST_PART));
        this.dialogues = dialogues;
    }

    @Override
    Inlet.Receiver opened(Visit visit, Connection connection, Handshake handshake) {
        return dialogues.open(
                connection,
                visit.user(),
                visit.token().map(Secret::reveal).filter(token -> !token.isEmpty()),
                handshake::renew)::receive;
    }
}
