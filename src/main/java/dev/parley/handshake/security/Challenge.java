package dev.parley.handshake.security;

import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.Scopes;
import java.util.Map;
import java.util.Optional;

/**
 * How a visitor is asked for a credential: the word of {@code WWW-Authenticate}, and the refusals that go with it. Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1">RFC 9110, section 11.6.1</a>
 */
public enum Challenge {
    /** User and password. */
    BASIC("Basic realm=\"parley\", charset=\"UTF-8\""),
    /** A token. */
    BEARER("Bearer"),
    /** A key of an application, in a header, in the query or in a cookie. */
    API_KEY("APIKey"),
    /** Whatever the container asks of its own visitors. */
    LOGIN("Login");

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final String words;

    Challenge(String words) {
        this.words = words;
    }

    /** The credential that was sent; an empty one counts as none. */
    public Secret require(Optional<Secret> sent) {
        return sent.filter(secret -> !secret.isEmpty()).orElseThrow(this::missing);
    }

    /** 401: no credential was sent. */
    public HandshakeRefused missing() {
        return new HandshakeRefused(UNAUTHORIZED, Map.of("WWW-Authenticate", words), "no credential");
    }

    /**
     * 403: one was sent, and is not good.
     *
     * @param detail why, for the log; never anything that the visitor sent
     */
    public HandshakeRefused wrong(String detail) {
        return new HandshakeRefused(FORBIDDEN, detail);
    }

    /** 403: one was sent and is good, but does not reach as far as this. */
    public HandshakeRefused insufficient(Scopes needed) {
        String more = this == BEARER ? " error=\"insufficient_scope\", scope=\"" + needed + "\"" : "";
        return new HandshakeRefused(
                FORBIDDEN, Map.of("WWW-Authenticate", words + more), "the credential does not allow: " + needed);
    }
}
