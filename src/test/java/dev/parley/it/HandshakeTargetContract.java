package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import dev.parley.it.Lobby.Member;
import dev.parley.it.harness.KnownDifference;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.RawSocket;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.UpgradeRequest;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which handshakes are accepted, and how the others are refused, under whichever context path. */
abstract class HandshakeTargetContract extends LobbyContract {
    private static final List<String> ENDPOINTS = List.of("/ws", "/items/foo/ws?token=t", "/ws/5");

    static Stream<String> endpoints() {
        return ENDPOINTS.stream();
    }

    /** Opens it and, where it is a chat's, has the lobby expect that member's leave. */
    private RawWebSocket accepted(UpgradeRequest request) {
        RawWebSocket client = RawWebSocket.open(request);
        if (request.target().endsWith("/ws/5")) {
            lobby().expect("5", client);
        }
        return client;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/echo",
                "/items",
                "/chat",
                "/assets/chat.js",
                "/nope",
                "/WS",
                "/Ws/5",
                "/ws/",
                "/ws/5/",
                "/ws/5/6",
                "/wsx",
                "/items/",
                "/items/foo",
                "/items/foo/",
                "/items/foo/ws/",
                "/items/foo/ws/x",
                "/items/foo/WS",
                "/items/foo/bar/ws",
                "/items//ws",
                "/Items/foo/ws",
                "//ws",
                "/ws//5"
            })
    void unknownPathIsNotFound(String path) {
        assertThat(site().upgrade(path + "?token=t").refusal()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/items/a%2Fb/ws", "/items/a%2fb/ws", "/items/%2F/ws", "/items%2Ffoo/ws", "/ws%2F5", "/ws/5%2F6"
            })
    void encodedSlashMakesTwoSegments(String path) {
        int status = site().upgrade(path + "?token=t").exchange().status();
        // Tomcat, unless told otherwise, refuses an encoded slash with 400 before any application is asked.
        assertThat(status).isIn(404, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/items/../ws",
                "/items/foo/../../ws",
                "/items/%2e%2e/ws",
                "/items/%2E%2E/ws",
                "/items/.%2e/ws",
                "/items/%2e./ws",
                "/items/./../ws",
                "/items/..;/ws",
                "/items/..;a=b/ws",
                "/items/%2e%2e;a=b/ws",
                "/items/.;/../ws",
                "/items/..\\ws",
                "/items/..%5cws",
                "/items/foo/ws/../../../ws/5",
                "/items/foo/ws/..",
                "/items/./ws",
                "/items/%2e/ws",
                "/ws/../ws",
                "/ws/.",
                "/ws/..",
                "/ws/%2e",
                "/ws/%2e%2e/ws",
                "/ws/5/../6",
                "/ws/5/.",
                "/./ws",
                "/%2e/ws",
                "/.;/ws",
                "/../ws",
                "/..;/ws",
                "/nope/../ws",
                "/nope/..;/ws",
                "/ws;a=b",
                "/ws;/5"
            })
    void dotSegmentsAndPathParametersReachNoEndpoint(String path) {
        HttpResponse response = site().upgrade(path + "?token=t").exchange();
        // Tomcat sends /parley/ws/.., which to it is /parley, on to /parley/ before any filter sees it.
        boolean throwsHere = path.contains("%5c") && KnownDifference.BACKSLASH_BEHIND_DOTS.isOf(server());
        int resolved = !KnownDifference.DOTS_RESOLVED.isOf(server())
                ? 404
                : switch (path) {
                    case "/items/foo/ws/..", "/ws/..", "/ws/.", "/ws/5/." -> 200;
                    case "/.;/ws" -> 301;
                    default -> 404;
                };
        assertThat(response.status()).as(response.toString()).isIn(throwsHere ? 500 : 404, resolved, 400, 404, 302);
    }

    @Test
    void contextPathCannotBeReachedThroughAnother() {
        String context = site().contextPath();
        for (String prefix : List.of("/nope/..", "/nope/%2e%2e", "/nope/..;", "/.", "/", "/nope/../nope/..")) {
            UpgradeRequest request = site().upgrade("");
            HttpResponse response =
                    new UpgradeRequest(site(), "GET", prefix + context + "/ws", request.headers()).exchange();
            assertThat(response.status()).as(prefix + ": " + response).isIn(400, 404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%77s", "/w%73", "/%77%73"})
    void escapedLettersAreTheLetters(String path) {
        try (RawWebSocket client = site().open(path)) {
            client.sendText("x");
            assertThat(client.receiveText()).isEqualTo("Message text was: x");
        }
    }

    static Stream<String> malformedTexts() {
        return Stream.of(
                "%zz",
                "%",
                "%4",
                "%4g",
                "%%",
                "a%",
                "%00",
                "a%00b",
                "%ff",
                "%c3%28",
                "%c3",
                "%c0%af",
                "%c0%80",
                "%ed%a0%80",
                "%e2%82",
                "%f5%80%80%80",
                "%f8%88%80%80%80",
                "%u20ac",
                "%-1",
                "%+1");
    }

    @ParameterizedTest
    @MethodSource("malformedTexts")
    void malformedPathIsABadRequest(String text) {
        boolean isEscaped = text.matches("([ab]|%[0-9a-f]{2})+");
        int status = !isEscaped && KnownDifference.MALFORMED_ESCAPE_UNNOTICED.isOf(server()) ? 200 : 400;
        for (String path : List.of("/items/" + text + "/ws?token=t", "/ws/" + text, "/ws" + text, "/" + text)) {
            assertThat(site().upgrade(path).exchange().status()).as(path).isIn(status, 400);
        }
    }

    @ParameterizedTest
    @MethodSource("malformedTexts")
    void malformedQueryIsABadRequest(String text) {
        for (String path : List.of(
                "/ws?x=" + text,
                "/ws?" + text,
                "/ws/5?a=1&" + text + "=x",
                "/items/foo/ws?token=t&x=" + text,
                "/items/foo/ws?token=t&q=" + text,
                "/items/foo/ws?token=" + text,
                "/items/foo/ws?" + text + "=1&token=t")) {
            assertThat(site().upgrade(path).exchange().status()).as(path).isEqualTo(400);
        }
    }

    /** Octets that no target may hold: NUL, controls, a blank, and the bare bytes of an é in UTF-8. */
    @ParameterizedTest
    @ValueSource(strings = {"\0", "\u0001", "\t", " ", "\u007f", "\u00c3\u00a9", "\u00ff"})
    void rawOctetsInTheTargetAreABadRequest(String octets) {
        for (String path :
                List.of("/items/" + octets + "x/ws?token=t", "/ws/" + octets + "5", "/ws?x=" + octets + "1")) {
            boolean is505 = octets.equals(" ") && KnownDifference.SPACE_IN_TARGET.isOf(server());
            boolean mayBe505 = octets.isBlank() && KnownDifference.BLANK_IN_TARGET.isOf(server());
            assertThat(site().upgrade(path).exchange().status())
                    .as(path)
                    .isIn(is505 ? 505 : 400, is505 || mayBe505 ? 505 : 400);
        }
    }

    @Test
    void longestPossibleTargetsAreNoServerError() {
        for (int length : List.of(7_000, 9_000, 70_000)) {
            HttpResponse response = site().upgrade("/ws/" + "9".repeat(length)).exchange();
            assertThat(response.status()).as("%d digits: %s", length, response).isBetween(400, 499);
        }
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void plainGetIsNotFound(String path) {
        UpgradeRequest get = site().upgrade(path).plain();
        assertThat(get.exchange().status()).isEqualTo(404);
        assertThat(get.method("HEAD").exchange().status()).isEqualTo(404);
        assertThat(get.with("Upgrade", "h2c")
                        .with("Connection", "Upgrade")
                        .exchange()
                        .status())
                .isEqualTo(404);
    }

    /** Requests that look like a handshake and are none. */
    static Stream<Arguments> brokenHandshakes() {
        return Stream.of(
                broken("no key", request -> request.without("Sec-WebSocket-Key")),
                broken("empty key", request -> request.replacing("Sec-WebSocket-Key", "")),
                broken("short key", request -> request.replacing("Sec-WebSocket-Key", "AAAA")),
                broken("no version", request -> request.without("Sec-WebSocket-Version")),
                broken("version 12", request -> request.replacing("Sec-WebSocket-Version", "12")),
                broken("no upgrade in Connection", request -> request.replacing("Connection", "keep-alive")),
                broken("POST", request -> request.method("POST").with("Content-Length", "0")),
                broken("no Host", request -> request.without("Host")),
                broken("two Hosts", request -> request.with("Host", "evil.example")));
    }

    /** RFC 6455, section 4.4. */
    @ParameterizedTest
    @MethodSource("endpoints")
    void anotherVersionIsToldWhichIsSpoken(String path) {
        UpgradeRequest request = site().upgrade(path);
        UpgradeRequest without = request.without("Sec-WebSocket-Version");
        for (UpgradeRequest other : List.of(
                without,
                without.with("Sec-WebSocket-Version", "8"),
                without.with("Sec-WebSocket-Version", "12"),
                without.with("Sec-WebSocket-Version", "14"),
                without.with("Sec-WebSocket-Version", "13, 8"),
                without.with("Sec-WebSocket-Version", ""))) {
            HttpResponse response = other.exchange();
            assertThat(response.status())
                    .as("%s: %s", other.headers(), response)
                    .isEqualTo(426);
            assertThat(response.value("Sec-WebSocket-Version")).contains("13");
        }
        for (UpgradeRequest keyless :
                List.of(request.without("Sec-WebSocket-Key"), request.replacing("Sec-WebSocket-Key", "AAAA"))) {
            assertThat(keyless.exchange().status()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"=x", "=", "&&=", "a[]=1&a[0]=2", "[", "]=[", "%5B%5D=1"})
    void whatNoParameterIsCalledIsIgnored(String query) {
        for (String path : List.of("/ws?" + query, "/items/foo/ws?" + query + "&token=t", "/ws/5?" + query)) {
            UpgradeRequest request = site().upgrade(path);
            try (RawWebSocket client = RawWebSocket.open(request)) {
                client.sendText("x");
                assertThat(client.receiveText())
                        .isIn("Message text was: x", "Session cookie or query token value is: t", "You wrote: x");
                if (path.startsWith("/ws/5")) {
                    lobby().expect("5", client);
                    lobby().empty();
                }
            }
        }
    }

    private static Arguments broken(String title, UnaryOperator<UpgradeRequest> breaking) {
        return of(title, breaking);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenHandshakes")
    void brokenHandshakeIsTheClientsFault(String title, UnaryOperator<UpgradeRequest> breaking) {
        for (String path : ENDPOINTS) {
            HttpResponse response = breaking.apply(site().upgrade(path)).exchange();
            assertThat(response.status()).as("%s: %s", title, response).isBetween(400, 499);
        }
    }

    @Test
    void handshakeHeadersAreReadAsBrowsersAndProxiesWriteThem() {
        UpgradeRequest request = site().upgrade("/ws")
                .replacing("Upgrade", "WebSocket")
                .replacing("Connection", "keep-alive, upgrade")
                .with("User-Agent", "x")
                .with("Sec-Fetch-Mode", "websocket");
        try (RawWebSocket client = RawWebSocket.open(request)) {
            client.sendText("x");
            assertThat(client.receiveText()).isEqualTo("Message text was: x");
        }
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void nothingOfferedIsNegotiated(String path) {
        UpgradeRequest request = site().upgrade(path)
                .with("Sec-WebSocket-Protocol", "chat, parley.v1")
                .with("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame");
        try (RawWebSocket client = accepted(request)) {
            assertThat(client.response().value("Sec-WebSocket-Protocol")).isEmpty();
            assertThat(client.response().value("Sec-WebSocket-Extensions")).isEmpty();
            assertThat(client.response().value("Set-Cookie").isPresent())
                    .isEqualTo(KnownDifference.SESSION_OF_HANDSHAKE.isOf(server()));
            client.sendText("x".repeat(5000));
            assertThat(client.receiveText()).isNotEmpty();
        }
    }

    /** Each is refused although everything but one thing about it is right. */
    static Stream<Arguments> refused() {
        return Stream.of(
                of("/ws/abc", "", 403),
                of("/ws/5", "http://evil.example", 403),
                of("/ws", "null", 403),
                of("/items/foo/ws", "", 403),
                of("/items/foo/ws?token=t&q=bar", "", 403),
                of("/nope", "", 404));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void nothingBehindARefusedHandshakeIsProcessed(String path, String origin, int status) {
        Member witness = lobby().join();
        UpgradeRequest request = site().upgrade(path);
        UpgradeRequest refused = origin.isEmpty() ? request : request.with("Origin", origin);
        ByteArrayOutputStream segment = new ByteArrayOutputStream();
        segment.writeBytes(refused.bytes());
        segment.writeBytes(Frame.text("ghost").bytes());
        segment.writeBytes(Frame.ping().bytes());
        segment.writeBytes(site().upgrade("/ws/5").bytes());
        segment.writeBytes(Frame.text("ghost").bytes());
        try (RawSocket socket = RawSocket.connect(site())) {
            socket.send(segment.toByteArray());
            HttpResponse response = socket.readResponse(false);
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.body()).isEmpty();
            socket.expectEnd();
        }
        witness.saysAndHears("no ghosts here");
    }

    @Test
    void handshakeMayArriveByteByByte() {
        UpgradeRequest request = site().upgrade("/items/foo/ws?token=t");
        try (RawSocket socket = RawSocket.connect(site())) {
            socket.dribble(request.bytes(), 1);
            RawWebSocket client = RawWebSocket.accepted(socket, request);
            client.sendText("x");
            assertThat(client.receiveTexts(2))
                    .containsExactly(
                            "Session cookie or query token value is: t", "Message text was: x, for item ID: foo");
        }
    }

    @Test
    void handshakeThatBreaksOffHarmsNobody() {
        byte[] request = site().upgrade("/ws").bytes();
        for (int length : List.of(0, 1, 10, request.length / 2, request.length - 1)) {
            RawSocket fin = RawSocket.connect(site());
            fin.dribble(Arrays.copyOf(request, length), request.length);
            fin.fin();
            fin.close();
            RawSocket reset = RawSocket.connect(site());
            reset.dribble(Arrays.copyOf(request, length), request.length);
            reset.reset();
        }
        lobby().join().saysAndHears("still here");
    }
}
