package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;

/**
 * What a visitor offers to speak. A client that does not offer what the endpoint speaks would understand nothing of it, and is
 * told so before the upgrade: the specification would let the handshake pass without a subprotocol.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-1.9">RFC 6455, section 1.9</a>
 */
final class Subprotocols {
    private Subprotocols() {}

    /** Refuses with 400 and a sentence if none of what is spoken is offered. */
    static void check(HttpServletRequest request, List<String> spoken) {
        if (!spoken.isEmpty()
                && Visitor.headers(request, "Sec-WebSocket-Protocol").stream()
                        .flatMap(header -> Arrays.stream(header.split(",")))
                        .map(String::strip)
                        .noneMatch(spoken::contains)) {
            throw HandshakeRefused.inWords(
                    400, "This endpoint speaks " + String.join(", ", spoken) + "; offer it in Sec-WebSocket-Protocol.");
        }
    }
}
