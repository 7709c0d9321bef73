package dev.parley.api;

import java.util.Locale;

/**
 * What the HTTP API lets somebody do: each operation is of one of these. Whoever the server's realm knows needs a role for it,
 * whoever brings a token needs the scope of its name.
 */
enum Permit {
    /** Looking: everything but payloads. */
    WATCH(Role.VIEWER),
    /** Saying something in a room. */
    PUBLISH(Role.OPERATOR),
    /** Saying something to users, whoever they are: no policy decides about inboxes. */
    TELL(Role.OPERATOR),
    /** Disconnecting, blocking, closing rooms, pausing and draining nodes. */
    ACT(Role.OPERATOR),
    /** Reading what was said. */
    HISTORY(Role.ADMIN),
    /** Forgetting what was said. */
    PURGE(Role.ADMIN);

    private final Role role;

    Permit(Role role) {
        this.role = role;
    }

    /** The least role that has it. */
    Role role() {
        return role;
    }

    /** The scope that gives it, such as {@code parley:publish}. */
    String scope() {
        return "parley:" + name().toLowerCase(Locale.ROOT);
    }
}
