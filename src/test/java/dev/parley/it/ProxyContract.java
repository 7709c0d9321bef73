package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ReverseProxy;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Parley behind a proxy that ends TLS and passes {@code /parley} on, with the file of {@code server-config}. */
@Tag("system") // a proxy and a browser
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ProxyContract {
    private static final Duration HEARTBEAT = Duration.ofMillis(500);
    private static final Duration IDLE = Duration.ofSeconds(2);
    private static final String VISITOR = "127.0.0.9";
    private static final String LIAR = "198.51.100.7";

    private ExecutableWar war;
    private ReverseProxy proxy;
    private Relay line;

    abstract ReverseProxy start(int behind, Duration idle);

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Path users = Files.writeString(
                directory.resolve("users.xml"),
                "<tomcat-users><user username=\"vera\" password=\"v\" roles=\"parley-viewer\"/></tomcat-users>");
        war = ExecutableWar.startOnAnyPort(
                List.of(
                        "-Xmx256m",
                        "-Dparley.heartbeat=" + HEARTBEAT.toMillis() + "ms",
                        "-Dparley.trusted-proxies=127.0.0.1"),
                "--context",
                "/parley",
                "--users",
                users.toString());
        proxy = start(war.url().getPort(), IDLE);
        line = Relay.throughTls(proxy.trust(), proxy.port(), "/parley", VISITOR);
    }

    @AfterAll
    void stop() {
        for (AutoCloseable started : new AutoCloseable[] {line, proxy, war}) {
            if (started != null) {
                try {
                    started.close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** Through the proxy. */
    private Site site() {
        return line.site();
    }

    /** Past the proxy. */
    private Site node() {
        return Site.at(war.url());
    }

    @Test
    void pagesEchoAndChatWorkInABrowser() {
        URI home = URI.create("https://127.0.0.1:" + proxy.port() + "/parley/");
        try (Browser browser = Browser.startTrustingAnybody()) {
            Tab tab = browser.open(URI.create("https://127.0.0.1:" + proxy.port() + "/parley"));
            assertThat(tab.address()).as("where a missing slash leads").isEqualTo(home.toString());
            tab.link("Echo").click();
            tab.awaitState("Connected");
            tab.say("hello");
            tab.awaitMessages("Message text was: hello");

            Tab ann = browser.open(home.resolve("guide-chat"));
            ann.awaitState("Connected");
            Tab bob = browser.open(home.resolve("guide-chat"));
            bob.awaitState("Connected");
            bob.say("me");
            ann.awaitMessages("Client #" + bob.element("ws-id").getText() + " says: me");

            ChatPage.open(browser, home, "proxied");
            assertThat(browser.closeTabs()).as("the browser's console").isEmpty();
        }
    }

    @Test
    void whatIsInAPathAndInAQueryArrivesAsItWasSent() {
        try (RawWebSocket client = site().open("/items/%E2%82%AC%205%20%2B%20a%25b%3B/ws?token=%C3%A9+%2526")) {
            client.sendText("x");
            assertThat(client.receiveText()).isEqualTo("Session cookie or query token value is: é %26");
            assertThat(client.receiveText()).isEqualTo("Message text was: x, for item ID: € 5 + a%b;");
        }
    }

    /** Servers drop what stands behind a semicolon before they resolve dots, so this would be another application's. */
    @Test
    void noPathLeadsOutOfTheApplication() {
        for (String up : List.of(
                "/..;/manager/html",
                "/..;x=1/manager/html",
                "/..;",
                "/%2e%2E;/manager/html",
                "/%2e%2e;/manager",
                "/.%2e%3b/manager/html",
                "/%252e%252e%253b/manager/html",
                "/../manager/html",
                "/%2e%2e/manager/html",
                "/..%2fmanager/html",
                "/..%5Cmanager/html",
                "/..\\manager/html",
                "/a\\..;/manager/html",
                "/a/..;/..;/manager/html",
                "/a;b=c/%2e./../manager/html",
                "/a%2F..%2f..;/manager/html",
                "/a%5c..%5c..%5cmanager/html",
                "/;/..;/manager/html")) {
            assertThat(site().upgrade(up).exchange().status()).as(up).isEqualTo(400);
        }
    }

    @Test
    void refusalsAndClosesArriveAsTheyWereSent() {
        assertThat(site().upgrade("/items/foo/ws").exchange().status()).isEqualTo(403);
        assertThat(site().upgrade("/nope").exchange().status()).isEqualTo(404);
        try (RawWebSocket client = site().open("/ws")) {
            client.send(Frame.text("a"), Frame.binary(new byte[1]));
            assertThat(client.receiveText()).isEqualTo("Message text was: a");
            assertThat(client.receiveWholeClose().code()).isEqualTo(1003);
        }
    }

    @Test
    void quietPeerIsKeptByHeartbeatsBeyondTheIdleTimeoutOfTheProxy() {
        try (RawWebSocket quiet = site().open("/ws")) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < IDLE.multipliedBy(3).toNanos()) {
                quiet.send(Frame.pong(quiet.receivePing()));
            }
            quiet.sendText("still here");
            assertThat(quiet.receiveText()).isEqualTo("Message text was: still here");
        }
    }

    @Test
    void eventsOfAStreamPassAtOnceAndCommentsKeepIt() {
        String events = "/rooms/proxied-stream/events";
        try (EventStream stream = EventStream.open(site(), events)) {
            stream.next("joined");
            for (int i = 1; i <= 2; i++) {
                String frame = "{'type':'send','room':'proxied-stream','key':'k" + i + "','data':" + i + "}";
                assertThat(EventStream.post(site(), events, frame).statusCode()).isEqualTo(200);
                assertThat(stream.next("message").data()).endsWith("\"data\":" + i + "}");
                int comments = stream.comments();
                long quiet = System.nanoTime();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> stream.comments() > comments + 2
                                && System.nanoTime() - quiet
                                        > IDLE.plusSeconds(1).toNanos());
            }
        }
    }

    @Test
    void pageMayConnectToTheHostThatItCameFromAndToNoOther() {
        String host = "chat.example:8443";
        UpgradeRequest request =
                site().upgrade("/items/foo/ws").replacing("Host", host).with("Cookie", "session=s");
        RawWebSocket.open(request.with("Origin", "https://" + host)).close();
        for (String origin : List.of(
                "https://evil.example",
                "https://chat.example",
                "http://127.0.0.1:" + war.url().getPort(),
                "null")) {
            assertThat(request.with("Origin", origin).exchange().status())
                    .as(origin)
                    .isEqualTo(403);
        }
    }

    @Test
    void addressIsTheVisitorsThroughTheProxyWhateverTheySay() {
        refuse(site(), "/items/through/ws", null);
        assertThat(lastRefusal()).isEqualTo(VISITOR);
        refuse(site(), "/items/through/ws", LIAR);
        assertThat(lastRefusal()).isEqualTo(VISITOR);
        try (RawWebSocket client = site().open("/ws/31")) {
            client.sendText("hello");
            client.receiveText();
            assertThat(ask("/api/v1/connections?user=31")).contains("\"" + VISITOR + "\"");
        }
    }

    @Test
    void whoIsNoProxyOfOursIsNotBelieved() throws IOException {
        byte[] request =
                node().upgrade("/items/past/ws").with("X-Forwarded-For", LIAR).bytes();
        try (Socket socket = new Socket("127.0.0.1", node().port(), InetAddress.getByName(VISITOR), 0)) {
            socket.getOutputStream().write(request);
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 403");
        }
        assertThat(lastRefusal()).isEqualTo(VISITOR);
    }

    @Test
    void whoGuessesPasswordsThroughTheProxyLocksOutThemselvesAlone() {
        try (Relay guesser = Relay.throughTls(proxy.trust(), proxy.port(), "/parley", "127.0.0.66")) {
            Site through = guesser.site();
            for (int i = 0; i < 10; i++) {
                assertThat(login(through, "guess " + i, "203.0.113." + i)).isEqualTo(401);
            }
            assertThat(login(through, "v", "203.0.113.99")).isEqualTo(429);
        }
        assertThat(login(site(), "v", "127.0.0.66")).isEqualTo(200);
    }

    @Test
    void accessLogHoldsNoQuery() {
        site().upgrade("/chat?token=s3cr3t").plain().exchange();
        site().upgrade("/items/logged/ws?token=").exchange();
        await().untilAsserted(() ->
                assertThat(proxy.accessLog()).contains("/parley/chat", "/parley/items/logged/ws", VISITOR));
        assertThat(proxy.accessLog()).doesNotContain("s3cr3t");
    }

    /** Asks for what needs a credential, without one. */
    private static void refuse(Site site, String path, String forwardedFor) {
        UpgradeRequest request = site.upgrade(path);
        assertThat((forwardedFor == null ? request : request.with("X-Forwarded-For", forwardedFor))
                        .exchange()
                        .status())
                .isEqualTo(403);
    }

    private String lastRefusal() {
        String refusals = ask("/api/v1/security");
        return refusals.replaceAll("(?s)^.*?\"address\":\"([^\"]*)\".*$", "$1");
    }

    private String ask(String path) {
        HttpResponse response =
                node().upgrade(path).plain().with("Authorization", basic("v")).exchange();
        assertThat(response.status()).isEqualTo(200);
        return response.body();
    }

    private static int login(Site site, String password, String forwardedFor) {
        return site.upgrade("/api/v1/overview")
                .plain()
                .with("Authorization", basic(password))
                .with("X-Forwarded-For", forwardedFor)
                .exchange()
                .status();
    }

    private static String basic(String password) {
        return "Basic " + Base64.getEncoder().encodeToString(("vera:" + password).getBytes(StandardCharsets.UTF_8));
    }
}
