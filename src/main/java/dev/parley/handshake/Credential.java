package dev.parley.handshake;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who a visitor has proved to be, and what that proof allows: what is left of a token, a ticket or a login once it has been
 * checked. Immutable; it never holds the proof itself.
 *
 * @param source who vouches for the name: the same name from two sources is two users
 * @param user the user's name, as other users may see it; never empty
 * @param scopes what the user may do, such as {@code rooms:write}; empty if the proof said nothing of it
 * @param roles the user's roles at the application, as its login or the token says
 * @param claims whatever else the proof said, by name, in the order in which it said it; without those that are null
 * @param expires until when the proof holds; nothing if it does not end
 */
public record Credential(
        Source source,
        String user,
        Set<String> scopes,
        Set<String> roles,
        Map<String, Object> claims,
        Optional<Instant> expires) {
    /** Who vouches for a name. */
    public enum Source {
        /** The server, which the user has logged in at. */
        LOGIN,
        /** A token, and so whoever issued it. */
        TOKEN,
        /** Nobody: a visitor says so. */
        VISITOR;

        /** As it appears in answers and on the control bus. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One user: no two of source and name are the same one. */
    public record Identity(Source source, String user) {}

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

    /** A token's credential that says nothing of roles. */
    public Credential(String user, Set<String> scopes, Map<String, Object> claims, Optional<Instant> expires) {
        this(Source.TOKEN, user, scopes, Set.of(), claims, expires);
    }

    /** A token's credential that says nothing but who it is, and does not end. */
    public static Credential of(String user) {
        return new Credential(user, Set.of(), Map.of(), Optional.empty());
    }

    /** Which user it is. */
    public Identity identity() {
        return new Identity(source, user);
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
