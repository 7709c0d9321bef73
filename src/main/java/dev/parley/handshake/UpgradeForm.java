package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The form of a request, looked at before anything that it asks for: servers are not strict enough, or too strict. */
final class UpgradeForm {
    private static final int UPGRADE_REQUIRED = 426;
    private static final String VERSION = "13";
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");

    private UpgradeForm() {}

    /** Wider than any container's own test, so that none upgrades what the gate has let by. */
    static boolean isThere(HttpServletRequest request) {
        return Visitor.headers(request, "Upgrade").stream()
                .anyMatch(upgrade -> upgrade.toLowerCase(Locale.ROOT).contains("websocket"));
    }

    /**
     * RFC 6455, section 4.2.1, as far as servers do not see to it. Undertow answers 101 to a POST and without {@code Connection:
     * Upgrade}, and as Jetty does, whatever the key is ({@code WebSocketHandshakeHandler}, {@code Handshake#matches} of Undertow
     * 2.3; {@code HandshakerRFC6455} of Jetty 12.1), and takes version 8, too; Grizzly takes the first of two hosts. Without a version or
     * a key, some take it for plain HTTP and answer 404.
     */
    static void check(HttpServletRequest request) {
        List<String> keys = Visitor.headers(request, "Sec-WebSocket-Key");
        List<String> versions = Visitor.headers(request, "Sec-WebSocket-Version");
        boolean upgrades = Visitor.headers(request, "Connection").stream()
                .anyMatch(options -> options.toLowerCase(Locale.ROOT).contains("upgrade"));
        if (!request.getMethod().equals("GET")
                || !upgrades
                || Visitor.headers(request, "Host").size() > 1) {
            throw new HandshakeRefused(400, "not a WebSocket handshake");
        }
        if (versions.size() != 1 || !versions.get(0).strip().equals(VERSION)) {
            throw new HandshakeRefused(
                    UPGRADE_REQUIRED, Map.of("Sec-WebSocket-Version", VERSION), "another version of WebSocket");
        }
        if (keys.size() != 1 || !KEY.matcher(keys.get(0).strip()).matches()) {
            throw new HandshakeRefused(400, "not a WebSocket handshake");
        }
    }

    /**
     * Whether the server fails at what the visitor offers as credentials, which would be a 500 with its stack: Jetty does at Basic
     * credentials that are no Base64, whenever anybody asks who is logged in, and asks at every upgrade itself ({@code
     * BasicAuthenticator#validateRequest}, {@code JakartaServerUpgradeRequest} of Jetty 12.1).
     */
    static boolean hasUnreadableLogin(HttpServletRequest request) {
        if (request.getHeader("Authorization") == null) {
            return false;
        }
        try {
            Object unused = request.getUserPrincipal();
            return false;
        } catch (IllegalArgumentException unreadable) {
            return true;
        }
    }

    static HandshakeRefused unreadableLogin() {
        return new HandshakeRefused(400, "malformed credentials");
    }

    /**
     * Refuses with 400 and a sentence if none of what is spoken is offered: such a client would understand nothing, though the
     * specification would let it pass without a subprotocol.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-1.9">RFC 6455, section 1.9</a>
     */
    static void checkSubprotocols(HttpServletRequest request, List<String> spoken) {
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
