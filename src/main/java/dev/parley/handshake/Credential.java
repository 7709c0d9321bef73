package dev.parley.handshake;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who a visitor has proved to be, and what that proof allows: what is left of a token, a ticket or a login once it has been
 * checked. Immutable; it never holds the proof itself.
 *
 * @param user the user's name, as other users may see it; never empty
 * @param scopes what the user may do, such as {@code rooms:write}; empty if the proof said nothing of it
 * @param roles the user's roles at the application, as its login or the token says
 * @param claims whatever else the proof said, by name, in the order in which it said it; without those that are null
 * @param expires until when the proof holds; nothing if it does not end
 */
public record Credential(
        String user, Set<String> scopes, Set<String> roles, Map<String, Object> claims, Optional<Instant> expires) {
    /**
     * Copies what it is given.
     *
     * @throws IllegalArgumentException if the user has no name
     */
    public Credential {
        if (user.isEmpty()) {
            throw new IllegalArgumentException("a credential is somebody's");
        }
        scopes = Set.copyOf(scopes);
        roles = Set.copyOf(roles);
        Map<String, Object> known = new LinkedHashMap<>(claims);
        known.values().removeIf(claim -> claim == null);
        claims = Collections.unmodifiableMap(known);
    }

    /** A credential that says nothing of roles. */
    public Credential(String user, Set<String> scopes, Map<String, Object> claims, Optional<Instant> expires) {
        this(user, scopes, Set.of(), claims, expires);
    }

    /** A credential that says nothing but who it is, and does not end. */
    public static Credential of(String user) {
        return new Credential(user, Set.of(), Map.of(), Optional.empty());
    }

    /** Whether it allows everything that is asked for. */
    public boolean allows(Set<String> wanted) {
        return scopes.containsAll(wanted);
    }

    /** Whether it has ended at that time. */
    public boolean isExpired(Instant now) {
        return expires.filter(end -> !now.isBefore(end)).isPresent();
    }

    /** Says when it ends, and nothing of who it is or of what it claims. */
    @Override
    public String toString() {
        return expires.map(end -> "credential until " + end).orElse("credential");
    }
}
