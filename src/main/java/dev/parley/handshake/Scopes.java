package dev.parley.handshake;

import java.util.Set;
import java.util.TreeSet;

/**
 * What a dependency must see to: the scopes that those who depend on it have asked for, all the way up to the endpoint's record.
 * A dependency gets them by having a constructor parameter of this type. Immutable.
 *
 * @param required their names
 * @see <a href="https://fastapi.tiangolo.com/advanced/security/oauth2-scopes/">FastAPI, fastapi/security/oauth2.py, class
 *     SecurityScopes</a>
 */
public record Scopes(Set<String> required) {
    static final Scopes NONE = new Scopes(Set.of());

    /** Copies what it is given. */
    public Scopes {
        required = Set.copyOf(required);
    }

    /** These and those. */
    Scopes and(String... more) {
        if (more.length == 0) {
            return this;
        }
        Set<String> all = new TreeSet<>(required);
        all.addAll(Set.of(more));
        return new Scopes(all);
    }

    /** In the form of a challenge: names in order, with a space between. */
    @Override
    public String toString() {
        return String.join(" ", new TreeSet<>(required));
    }
}
