package dev.parley.guide;

import dev.parley.handshake.CookieParam;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.QueryParam;
import java.util.Optional;

/**
 * The guide's dependency: the {@code session} cookie or else the {@code token} of the query, whichever is there. Without either
 * the visitor is refused with 403. An empty one counts as missing, unlike in the original, which lets it in.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/#using-depends-and-others">docs_src/websockets/tutorial002.py,
 *     get_cookie_or_token</a>
 */
record CookieOrToken(
        @CookieParam("session") Optional<String> session,
        @QueryParam("token") Optional<String> token) implements Dependency<String> {
    @Override
    public String value() {
        return session.filter(value -> !value.isEmpty())
                .or(() -> token.filter(value -> !value.isEmpty()))
                .orElseThrow(() -> new HandshakeRefused(403, "neither session cookie nor token"));
    }

    /** Says nothing of the credentials. */
    @Override
    public String toString() {
        return "CookieOrToken";
    }
}
