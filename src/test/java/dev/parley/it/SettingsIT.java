package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator's settings change on the wire. */
@Tag("standalone")
final class SettingsIT {
    private static final int MAX_CONNECTIONS = 3;

    private static ExecutableWar war;

    @BeforeAll
    static void start() {
        war = ExecutableWar.start(
                ParleyWar.file(),
                List.of(
                        "-Xmx256m",
                        "-Dparley.allowed-origins=https://app.example:8443,http://other.example",
                        "-Dparley.cookie-needs-origin=true",
                        "-Dparley.max-connections=" + MAX_CONNECTIONS,
                        "-Dparley.trusted-proxies=127.0.0.1",
                        "-Dparley.connections-per-address=1"),
                Map.of("PARLEY_MAX_MESSAGE_BYTES", "10"),
                "--host",
                "127.0.0.1",
                "--port",
                "0");
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    private static Site site() {
        return Site.at(war.url());
    }

    /** Opens it as soon as connections of an earlier test, which have closed, are no longer counted. */
    private static RawWebSocket open(UpgradeRequest request) {
        AtomicReference<RawWebSocket> opened = new AtomicReference<>();
        await().untilAsserted(() -> opened.set(RawWebSocket.open(request)));
        return opened.get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://app.example:8443", "http://other.example", "http://other.example:80"})
    void allowListedOriginMayConnect(String origin) {
        open(site().upgrade("/ws").with("Origin", origin)).close();
        open(site().upgrade("/items/foo/ws").with("Origin", origin).with("Cookie", "session=s"))
                .close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://app.example:8443",
                "https://app.example",
                "https://other.example",
                "https://app.example:8443.evil.example",
                "https://evil.example",
                "null"
            })
    void otherOriginsMayNot(String origin) {
        assertThat(site().upgrade("/ws").with("Origin", origin).refusal()).isEqualTo(403);
    }

    @Test
    void ownOriginNeedsNoListing() {
        open(site().upgrade("/ws").with("Origin", site().origin())).close();
    }

    @Test
    void cookieNeedsAnOriginWhereTheOperatorSaysSoAndATokenDoesNot() {
        UpgradeRequest byCookie = site().upgrade("/items/foo/ws").with("Cookie", "session=s");
        assertThat(byCookie.refusal()).isEqualTo(403);
        open(byCookie.with("Origin", site().origin())).close();
        open(site().upgrade("/items/foo/ws?token=t")).close();
    }

    @Test
    void messageLimitIsInBytesOfUtf8() {
        try (RawWebSocket client = open(site().upgrade("/ws"))) {
            client.sendText("€€€x", "€€€xy");
            assertThat(client.receiveText()).isEqualTo("Message text was: €€€x");
            assertThat(client.receiveWholeClose().code()).isEqualTo(1009);
        }
    }

    @Test
    void connectionsFromOneAddressHaveALimit() {
        UpgradeRequest here = site().upgrade("/ws").with("X-Forwarded-For", "192.0.2.7");
        RawWebSocket first = open(here);
        HttpResponse refused = here.exchange();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.value("Retry-After")).isPresent();
        open(site().upgrade("/ws").with("X-Forwarded-For", "192.0.2.8")).close();
        first.close();
        open(here).close();
    }

    @Test
    void connectionBeyondTheLimitIsRefusedWith503UntilOneHasLeft() {
        List<RawWebSocket> clients = Stream.generate(() -> open(site().upgrade("/ws")))
                .limit(MAX_CONNECTIONS)
                .toList();
        try {
            UpgradeRequest oneMore = site().upgrade("/ws");
            HttpResponse response = oneMore.exchange();
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.value("Retry-After")).isPresent();
            assertThat(oneMore.refusal()).isEqualTo(503);
            assertThat(site().upgrade("/").plain().exchange().status()).isEqualTo(200);
            clients.get(0).close();
            open(oneMore).close();
        } finally {
            clients.forEach(RawWebSocket::close);
        }
    }
}
