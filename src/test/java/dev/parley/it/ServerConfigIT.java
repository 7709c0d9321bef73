package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.OwnServer;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawSocket;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * All that {@code server-config} has for a server, on a server of its kind: the data source, TLS, the access log, the stop. Two
 * applications are on it, which have their rooms in a database.
 */
@Tag("shared")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ServerConfigIT {
    private static final String QUERY = "q-5ecret-q";
    private static final String COOKIE = "c-5ecret-c";
    private static final String HEADER = "h-5ecret-h";
    private static final List<String> APPLICATIONS = List.of("/one", "/other");

    /** The time that closing all connections may take (5 s), that of the server's own, and what a busy machine needs. */
    private static final Duration STOP = Duration.ofSeconds(15);

    private static final int BEFORE_THE_LAST = 1;
    private static final int THE_LAST = 2;

    private PostgresServer database;
    private OwnServer server;
    private Relay tls;

    @BeforeAll
    void start() throws Exception {
        database = PostgresServer.launch();
        database.makeDatabaseWith("change-me");
        server = OwnServer.start(database.port());
        for (String application : APPLICATIONS) {
            server.deploy(application);
        }
        tls = Relay.throughTls(server.trust(), server.tlsPort(), "/one", "127.0.0.1");
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable started : new AutoCloseable[] {tls, server, database}) {
            if (started != null) {
                started.close();
            }
        }
    }

    @Test
    @Order(0)
    void applicationsOverOneDataSourceAreOneChat() {
        try (RawWebSocket alice = at("/one").open("/ws/1");
                RawWebSocket bob = at("/other").open("/ws/2")) {
            NodesIT.meet(alice, bob);
        }
    }

    @Test
    @Order(0)
    void dataSourceLeadsToTheDatabaseAgainAfterThatWasDown() throws Exception {
        try (RawWebSocket alice = at("/one").open("/ws/1?room=again");
                RawWebSocket bob = at("/other").open("/ws/2?room=again")) {
            NodesIT.meet(alice, bob);
            database.stop();
            awaitReadiness(503);
            database.start();
            awaitReadiness(200);
            alice.sendText("after");
            assertThat(bob.receiveText()).isEqualTo("Client #1 says: after");
        }
    }

    private void awaitReadiness(int status) {
        for (String application : APPLICATIONS) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> at(application)
                                    .upgrade("/health/ready")
                                    .plain()
                                    .exchange()
                                    .status()
                            == status);
        }
    }

    @Test
    @Order(0)
    void pagesAndSocketsComeByTls() {
        HttpResponse page = tls.site().upgrade("/echo").plain().exchange();
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("<title>");
        try (RawWebSocket client = tls.site().open("/ws")) {
            String text = "é".repeat(10_000);
            client.sendText(text);
            assertThat(client.receiveText()).isEqualTo("Message text was: " + text);
        }
    }

    @Test
    @Order(0)
    void onlyPagesThatCameByTlsMayConnectByTls() {
        String host = "127.0.0.1:" + server.tlsPort();
        UpgradeRequest request = tls.site().upgrade("/ws").replacing("Host", host);
        RawWebSocket.open(request.with("Origin", "https://" + host)).close();
        for (String origin : List.of("http://" + host, "https://127.0.0.1", "https://evil.example", "null")) {
            assertThat(request.with("Origin", origin).exchange().status())
                    .as(origin)
                    .isEqualTo(403);
        }
    }

    @Test
    @Order(0)
    void credentialsThatAreNoneAreNoFaultOfTheServer() {
        for (String path : List.of("/ws", "/items/foo/ws?token=t", "/echo", "/api/v1/overview", "/rooms")) {
            UpgradeRequest request = at("/one").upgrade(path).with("Authorization", "Basic " + HEADER);
            assertThat(request.exchange().status()).as(path).isLessThan(500);
            assertThat(request.plain().exchange().status()).as(path).isLessThan(500);
        }
    }

    @Test
    @Order(0)
    void requestsThatStayUnfinishedEnd() {
        try (RawSocket silent = RawSocket.connect(at("/one"));
                RawSocket half = RawSocket.connect(at("/one"))) {
            half.send("GET /one/ws HTTP/1.1\r\nHost: localhost\r\nX-A: ".getBytes(StandardCharsets.US_ASCII));
            half.drain();
            silent.drain();
        }
    }

    @Test
    @Order(0)
    void serverEndsWhenItIsOutOfMemory() {
        assertThat(server.javaOptions()).contains("-XX:+ExitOnOutOfMemoryError");
    }

    /** Tomcat's Manager asks for a login, and only from this machine; other servers have nothing there. */
    @Test
    @Order(0)
    void managementOfTheServerIsNotForWhoComesThroughAProxy() {
        for (String path : List.of("/manager/html", "/manager/text/list", "/manager/", "/host-manager/html")) {
            for (String header :
                    List.of("X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 127.0.0.1", "Forwarded: for=_x")) {
                String[] parts = header.split(": ");
                assertThat(at("").upgrade(path)
                                .plain()
                                .with(parts[0], parts[1])
                                .exchange()
                                .status())
                        .as(path + ", " + header)
                        .isIn(403, 404);
            }
        }
    }

    /** What it has to look at is written down when the server has stopped, at the latest. */
    @Test
    @Order(0)
    void visitorsWithSecretsAreAnswered() {
        for (Site site : List.of(at("/one"), tls.site())) {
            UpgradeRequest wrong = site.upgrade("/items/logged/ws?token=" + QUERY + "&q=" + QUERY);
            assertThat(secret(wrong).exchange().status()).isEqualTo(403);
            RawWebSocket.open(secret(site.upgrade("/items/taken/ws?token=" + QUERY)))
                    .close();
            assertThat(secret(site.upgrade("/guide-chat?token=" + QUERY))
                            .plain()
                            .exchange()
                            .status())
                    .isEqualTo(200);
        }
    }

    private static UpgradeRequest secret(UpgradeRequest request) {
        return request.with("Cookie", "session=" + COOKIE).with("Authorization", "Bearer " + HEADER);
    }

    @Test
    @Order(BEFORE_THE_LAST)
    void signalSendsEverybodyAwayInGoodOrder() {
        try (RawWebSocket one = at("/one").open("/ws/5");
                RawWebSocket other = at("/other").open("/ws/6?room=apart");
                RawWebSocket byTls = tls.site().open("/ws")) {
            server.terminate();
            for (RawWebSocket client : List.of(one, other, byTls)) {
                Incoming end = client.receive();
                if (end instanceof Incoming.Close close) {
                    assertThat(close.code()).isEqualTo(1001);
                    client.send(Frame.close(close.code(), close.reason()));
                } else {
                    assertThat(KnownDifference.STOP_WITHOUT_WORDS.isOf(server.running()))
                            .as(end.toString())
                            .isTrue();
                }
            }
            server.awaitEnd(STOP);
        }
    }

    @Test
    @Order(THE_LAST)
    void accessLogTellsEveryRequestButNoSecret() throws Exception {
        server.terminate(); // what the server has in a buffer it has written when it has ended
        server.awaitEnd(STOP);
        String logs = server.logs();
        assertThat(lines(logs, "/one/guide-chat", 200)).hasSize(2);
        assertThat(lines(logs, "/one/items/taken/ws", 101)).hasSize(2);
        assertThat(lines(logs, "/one/items/logged/ws", 403)).hasSize(2);
        assertThat(logs).doesNotContain(QUERY, COOKIE, HEADER);
    }

    private static List<String> lines(String logs, String path, int status) {
        Pattern pattern = Pattern.compile(".*" + Pattern.quote(path) + "\\b.*\\b" + status + "\\b.*");
        return logs.lines().filter(pattern.asMatchPredicate()).toList();
    }

    private Site at(String context) {
        return new Site(server.site().getHost(), server.site().getPort(), context);
    }
}
