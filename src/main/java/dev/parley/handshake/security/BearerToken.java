package dev.parley.handshake.security;

import dev.parley.handshake.Dependency;
import dev.parley.handshake.HeaderParam;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The token of HTTP Bearer, if there is one. Browsers cannot send {@code Authorization} with a WebSocket handshake; they may offer
 * the token as one more subprotocol instead, {@code bearer.} and the token: {@code new WebSocket(url, ["parley.v1", "bearer." +
 * token])}. That one is never selected, so they must offer one that is.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">RFC 6750, section 2.1</a>
 */
public record BearerToken(
        @HeaderParam("Authorization") Optional<Secret> authorization,
        @HeaderParam("Sec-WebSocket-Protocol") List<Secret> subprotocols)
        implements Dependency<Optional<Secret>> {
    private static final String PREFIX = "bearer.";

    @Override
    public Optional<Secret> value() {
        return Authorization.of("Bearer", authorization)
                .or(() -> subprotocols.stream()
                        .flatMap(line -> Arrays.stream(line.reveal().split(",", -1)))
                        .map(String::strip)
                        .filter(offered -> offered.startsWith(PREFIX) && offered.length() > PREFIX.length())
                        .map(offered -> new Secret(offered.substring(PREFIX.length())))
                        .findFirst());
    }
}
