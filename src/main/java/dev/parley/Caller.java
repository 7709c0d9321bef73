package dev.parley;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks: somebody who has logged in at the application or brought a token that was verified, or {@link #ANONYMOUS}. What a
 * visitor merely says of itself counts for nothing here. Immutable, thread-safe.
 */
public final class Caller {
    /** Somebody who has not proved who it is. It has no name, no role, no scope and no claim. */
    public static final Caller ANONYMOUS = new Caller("", Set.of(), Set.of(), Map.of());

    private final String name;
    private final Set<String> roles;
    private final Set<String> scopes;
    private final Map<String, Object> claims;
    private final int hash;

    /**
     * Somebody. Copies what it is given.
     *
     * @param name as other users see it; empty for nobody known
     * @param roles at the application
     * @param scopes of the token
     * @param claims of the token by name, each a {@link String}, {@link Number}, {@link Boolean}, {@link java.util.List},
     *     {@link Map} or {@link java.util.Date}; never null
     */
    public Caller(String name, Set<String> roles, Set<String> scopes, Map<String, Object> claims) {
        this.name = name;
        this.roles = Set.copyOf(roles);
        this.scopes = Set.copyOf(scopes);
        this.claims = Map.copyOf(claims);
        this.hash = name.hashCode() + 31 * (this.roles.hashCode() + 31 * this.claims.hashCode());
    }

    /** The principal's name, or the token's subject; empty for whom nobody knows. */
    public String name() {
        return name;
    }

    /** Whether it has not proved who it is. */
    public boolean isAnonymous() {
        return name.isEmpty();
    }

    /** Whether it has a role of the application's login, or one that its token names. */
    public boolean hasRole(String role) {
        return roles.contains(role);
    }

    /** Whether its token has a scope. */
    public boolean hasScope(String scope) {
        return scopes.contains(scope);
    }

    /** A claim of its token; nothing if there is no such claim, or no token. */
    public Optional<Object> claim(String claim) {
        return Optional.ofNullable(claims.get(claim));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Caller caller
                        && caller.hash == hash
                        && caller.name.equals(name)
                        && caller.roles.equals(roles)
                        && caller.scopes.equals(scopes)
                        && caller.claims.equals(claims));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** Its name, and nothing of what it claims. */
    @Override
    public String toString() {
        return isAnonymous() ? "anonymous" : name;
    }
}
