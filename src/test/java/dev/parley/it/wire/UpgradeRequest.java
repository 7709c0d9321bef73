package dev.parley.it.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * An HTTP request, by default a correct WebSocket handshake without Origin, in which every part can be made wrong.
 *
 * <p>Characters are bytes (ISO-8859-1), so a target or header may hold any octet. Immutable.
 */
public record UpgradeRequest(Site site, String method, String target, List<Header> headers) {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public UpgradeRequest {
        headers = List.copyOf(headers);
    }

    static UpgradeRequest to(Site site, String target) {
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        return new UpgradeRequest(
                site,
                "GET",
                target,
                List.of(
                        new Header("Host", site.authority()),
                        new Header("Upgrade", "websocket"),
                        new Header("Connection", "Upgrade"),
                        new Header("Sec-WebSocket-Key", Base64.getEncoder().encodeToString(nonce)),
                        new Header("Sec-WebSocket-Version", "13")));
    }

    /** The same request with one header line more; a name may be repeated. */
    public UpgradeRequest with(String name, String value) {
        return new UpgradeRequest(
                site,
                method,
                target,
                Stream.concat(headers.stream(), Stream.of(new Header(name, value)))
                        .toList());
    }

    public UpgradeRequest without(String name) {
        return new UpgradeRequest(
                site,
                method,
                target,
                headers.stream().filter(header -> !header.isNamed(name)).toList());
    }

    public UpgradeRequest replacing(String name, String value) {
        return without(name).with(name, value);
    }

    public UpgradeRequest method(String other) {
        return new UpgradeRequest(site, other, target, headers);
    }

    /** The same request as a plain one: no header that speaks of an upgrade. */
    public UpgradeRequest plain() {
        return without("Upgrade")
                .without("Connection")
                .without("Sec-WebSocket-Key")
                .without("Sec-WebSocket-Version");
    }

    public byte[] bytes() {
        List<String> lines = new ArrayList<>();
        lines.add(method + " " + target + " HTTP/1.1");
        headers.forEach(header -> lines.add(header.name() + ": " + header.value()));
        return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What {@code Sec-WebSocket-Accept} must be (RFC 6455, section 4.2.2). */
    String expectedAccept() {
        String key = headers.stream()
                .filter(header -> header.isNamed("Sec-WebSocket-Key"))
                .map(Header::value)
                .findFirst()
                .orElse("");
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }

    /** Sends this on a connection of its own and reads the answer, after which the connection is closed. */
    public HttpResponse exchange() {
        try (RawSocket socket = RawSocket.connect(site)) {
            socket.send(bytes());
            return socket.readResponse(method.equals("HEAD"));
        }
    }

    /** Sends this, demands a refusal in Parley's own form and returns its status. */
    public int refusal() {
        try (RawSocket socket = RawSocket.connect(site)) {
            socket.send(bytes());
            HttpResponse response = socket.readResponse(false);
            response.mustBeEmptyRefusal();
            socket.expectEnd();
            return response.status();
        }
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
