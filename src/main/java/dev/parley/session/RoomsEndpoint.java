package dev.parley.session;

import dev.parley.connection.Connection;
import dev.parley.dialogue.Dialogues;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Depends;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.security.PossibleUser;
import dev.parley.handshake.security.Secret;
import java.util.Optional;

/** Rooms: one connection, many rooms, in the subprotocol {@code parley.v1}. */
public final class RoomsEndpoint extends SessionEndpoint<RoomsEndpoint.Visit> {
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

    public RoomsEndpoint(Dialogues dialogues) {
        this.dialogues = dialogues;
    }

    /** In how many parts a message may come. */
    public static int maxParts(int maxMessageBytes) {
        return Math.max(1_024, maxMessageBytes / SMALLEST_PART);
    }

    @Override
    protected Receiver begin(Visit visit, Connection connection, Handshake handshake) {
        return dialogues.open(
                connection,
                visit.user(),
                visit.token().map(Secret::reveal).filter(token -> !token.isEmpty()),
                handshake::renew)::receive;
    }
}
