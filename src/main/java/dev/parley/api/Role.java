package dev.parley.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What an operator may do, by the roles of the server's own realm. Each may do what those before it may. */
public enum Role {
    /** Looks, changes nothing, and reads no payloads. */
    VIEWER("parley-viewer"),
    /** Disconnects, blocks, publishes, pauses and drains. */
    OPERATOR("parley-operator"),
    /** Reads payloads, and destroys: purges a room's history. */
    ADMIN("parley-admin");

    private final String realmName;

    Role(String realmName) {
        this.realmName = realmName;
    }

    /** As the server's realm calls it. */
    public String realmName() {
        return realmName;
    }

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    /** As it appears in answers. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The highest role of the user that the server has authenticated. */
    static Optional<Role> of(HttpServletRequest request) {
        return Arrays.stream(values())
                .filter(role -> request.isUserInRole(role.realmName()))
                .max(Comparator.naturalOrder());
    }
}
