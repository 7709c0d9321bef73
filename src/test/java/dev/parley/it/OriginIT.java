package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.UpgradeRequest;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From which origins a page may connect when the operator has said nothing. */
final class OriginIT extends LobbyContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    /** Origins, made from host and port, and whether a handshake that carries them is accepted. */
    static Stream<Arguments> origins() {
        return Stream.of(
                of("http://HOST:PORT", true),
                of("https://HOST:PORT", true), // a proxy may have ended TLS
                of("ws://HOST:PORT", false),
                of("http://HOST", false),
                of("http://HOST:1", false),
                of("http://HOST:PORT1", false),
                of("http://evil.example", false),
                of("http://evil.example:PORT", false),
                of("http://HOST.evil.example:PORT", false),
                of("http://evil.example/HOST:PORT", false),
                of("http://HOST:PORT@evil.example", false),
                of("http://HOST:PORT#evil", false),
                of("http://HOST:PORT/", false),
                of("http://HOST:PORT, http://evil.example", false),
                of("http://evil.example http://HOST:PORT", false),
                of("HOST:PORT", false),
                of("//HOST:PORT", false),
                of("file://", false),
                of("null", false),
                of("", false));
    }

    @ParameterizedTest
    @MethodSource("origins")
    void originMustBeTheSiteItself(String pattern, boolean isAccepted) {
        String origin = pattern.replace("HOST", site().host()).replace("PORT", Integer.toString(site().port()));
        for (String path : List.of("/ws", "/items/foo/ws?token=t", "/ws/5")) {
            UpgradeRequest request = site().upgrade(path).with("Origin", origin).with("Cookie", "session=s");
            if (isAccepted) {
                RawWebSocket client = RawWebSocket.open(request);
                if (path.equals("/ws/5")) {
                    lobby().expect("5", client);
                }
                client.close();
            } else {
                assertThat(request.refusal()).as(path).isEqualTo(403);
            }
        }
    }

    @Test
    void sameOriginMeansTheHostThatWasAskedFor() {
        for (String authority : List.of("chat.example", "chat.example:8443")) {
            UpgradeRequest request = site().upgrade("/ws").replacing("Host", authority);
            RawWebSocket.open(request.with("Origin", "http://" + authority)).close();
            assertThat(request.with("Origin", site().origin()).refusal())
                    .as(authority)
                    .isEqualTo(403);
        }
        UpgradeRequest defaultPort = site().upgrade("/ws").replacing("Host", "chat.example:80");
        RawWebSocket.open(defaultPort.with("Origin", "http://chat.example")).close();
    }

    @Test
    void everyOneOfSeveralOriginsMustBeGood() {
        UpgradeRequest request = site().upgrade("/ws").with("Origin", site().origin());
        assertThat(request.with("Origin", "http://evil.example").refusal()).isEqualTo(403);
    }

    @Test
    void withoutOriginACookieIsEnough() {
        try (RawWebSocket client =
                RawWebSocket.open(site().upgrade("/items/foo/ws").with("Cookie", "session=s"))) {
            client.sendText("x");
            assertThat(client.receiveText()).isEqualTo("Session cookie or query token value is: s");
        }
    }
}
