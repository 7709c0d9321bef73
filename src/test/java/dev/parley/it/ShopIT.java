package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.handshake.TokenVerifier;
import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.shop.Shop;
import dev.parley.it.shop.Tokens;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An application of somebody else's with endpoints of its own, which nothing wires. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class ShopIT {
    private static final String SETTINGS = "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'>"
            + "<context-param><param-name>parley.explain-refusals</param-name><param-value>true</param-value></context-param>"
            + "<context-param><param-name>parley.max-message-bytes</param-name><param-value>1024</param-value></context-param>"
            + "<context-param><param-name>parley.room-message-bytes</param-name><param-value>1024</param-value></context-param>"
            + "</web-app>";

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    @Deployment(testable = false)
    static WebArchive war() throws IOException {
        return ParleyWar.librariesOnly()
                .addPackage(Shop.class.getPackage())
                .addAsWebInfResource(new StringAsset(SETTINGS), "web.xml")
                .addAsServiceProvider(TokenVerifier.class, Tokens.class)
                .addAsLibrary(ParleyWar.classes().toFile());
    }

    private Site site() {
        return Site.at(base);
    }

    @Test
    void everyKindOfParameterIsBound() {
        try (RawWebSocket client = RawWebSocket.open(site().upgrade("/items/portal%20gun/ws?q=7&limit=5&tag=a&tag=b")
                .with("Cookie", "session=s")
                .with("X-Token", "t"))) {
            client.send(Frame.text("hello"));
            assertHears(
                    client,
                    "Session cookie or query token value is: s",
                    "Query parameter q is: 7",
                    "Message text was: hello, for item ID: portal gun",
                    "stock=1 sessions=1 x_token=t Paging[limit=5, tag=[a, b]]");
        }
        // What a dependency opened is closed when the connection ends.
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            try (RawWebSocket next = RawWebSocket.open(site().upgrade("/items/plumbus/ws?token=t"))) {
                next.send(Frame.text("x"));
                assertHears(
                        next,
                        "Session cookie or query token value is: t",
                        "Message text was: x, for item ID: plumbus",
                        "stock=7 sessions=1 x_token=none Paging[limit=10, tag=[]]");
            }
        });
    }

    @Test
    void refusalsComeBeforeTheUpgradeAndSayWhyBecauseTheShopSaysSo() {
        assertRefused(403, "close code 1008\n", site().upgrade("/items/a/ws"));
        assertRefused(
                403, "query parameter limit must be at most 100\n", site().upgrade("/items/a/ws?token=t&limit=101"));
        assertRefused(
                403, "query parameter q is not an integer of 32 bits\n", site().upgrade("/items/a/ws?token=t&q=x"));
        assertRefused(401, "no credential\n", orders(""));
        assertRefused(
                403, "the token is not good: not one of ours\n", orders("").with("Authorization", "Bearer bad"));
        assertRefused(403, "the credential does not allow: orders\n", orders("").with("Authorization", "Bearer bob"));
    }

    private static void assertRefused(int status, String why, UpgradeRequest request) {
        HttpResponse response = request.exchange();
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).isEqualTo(why);
        assertThat(response.value("WWW-Authenticate").isPresent()).isEqualTo(status == 401 || why.contains("allow"));
    }

    @Test
    void textAndBinaryComeBack() {
        try (RawWebSocket client = site().open("/echo")) {
            client.send(Frame.text("é"));
            assertHears(client, "Message text was: é");
            client.send(Frame.binary(new byte[] {0, -1, 7}));
            assertThat(client.receive())
                    .isInstanceOfSatisfying(
                            Incoming.Binary.class,
                            binary -> assertThat(binary.lengthBytes()).isEqualTo(3));
        }
    }

    @Test
    void textBinaryAndJsonComeBackThroughTheOutbox() {
        try (RawWebSocket client = site().open("/desk")) {
            client.send(Frame.text("é"), Frame.text("{\"note\":\"n\",\"more\":1}"));
            assertHears(client, "Message text was: é", "{\"note\":\"n\"}");
            client.send(Frame.binary(new byte[600]).notFinal(), Frame.continuation(new byte[424]));
            assertThat(client.receive())
                    .isInstanceOfSatisfying(
                            Incoming.Binary.class,
                            binary -> assertThat(binary.lengthBytes()).isEqualTo(1_024));
            client.send(Frame.binary(new byte[1_025]));
            assertThat(client.receiveWholeClose().code()).isEqualTo(1009);
        }
    }

    @Test
    void anEndpointClosesWithACodeOfItsOwnAfterWhatItHasSaid() {
        try (RawWebSocket client = site().open("/desk")) {
            client.send(Frame.text("x"), Frame.text("bye"), Frame.text("y"));
            assertHears(client, "Message text was: x");
            assertThat(client.receiveWholeClose()).isEqualTo(new Incoming.Close(4321, "we are closing"));
        }
        try (RawWebSocket client = site().open("/desk")) {
            client.send(Frame.text("{}"));
            assertThat(client.receiveWholeClose()).isEqualTo(new Incoming.Close(1007, "not a note"));
        }
    }

    @Test
    void logoutClosesTheConnection() throws Exception {
        UpgradeRequest basket = site().upgrade("/basket");
        assertThat(basket.exchange().status()).isEqualTo(401);
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest.Builder login = HttpRequest.newBuilder(URI.create(base + "login?user=ann"));
        String cookie = http.send(login.POST(BodyPublishers.noBody()).build(), BodyHandlers.discarding())
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow()
                .replaceFirst(";.*", "");
        try (RawWebSocket client = RawWebSocket.open(basket.with("Cookie", cookie))) {
            client.send(Frame.text("x"));
            assertHears(client, "basket of ann: x");
            client.send(Frame.text("till?"));
            assertThat(client.receive())
                    .as("injected, where the server has CDI")
                    .isIn(new Incoming.Text("3 coins of 3 coins"), new Incoming.Text("no till of no till"));
            http.send(login.DELETE().header("Cookie", cookie).build(), BodyHandlers.discarding());
            assertThat(client.receiveWholeClose())
                    .isEqualTo(
                            KnownDifference.LOGOUT_CLOSES_BY_ITSELF.isOf(server)
                                    ? new Incoming.Close(1008, "")
                                    : new Incoming.Close(4002, "credential expired"));
        }
    }

    @Test
    void badJsonIsAnAnswerAndNotTheEnd() {
        try (RawWebSocket client = RawWebSocket.open(
                site().upgrade("/orders").with("Sec-WebSocket-Protocol", "orders.v1, bearer.alice"))) {
            client.send(
                    Frame.text("{"),
                    Frame.text("{\"item\":\" \",\"count\":1,\"tags\":[]}"),
                    Frame.text("{\"item\":\"a\",\"count\":0,\"tags\":[]}"),
                    Frame.text("{\"item\":\"a\",\"count\":2,\"tags\":[\"x\"],\"more\":null}"));
            assertHears(
                    client,
                    "{\"error\":\"not JSON\"}",
                    "{\"error\":\"item must not be blank\"}",
                    "{\"error\":\"count must be above 0\"}",
                    "{\"user\":\"alice\",\"order\":{\"item\":\"a\",\"count\":2,\"tags\":[\"x\"]}}");
        }
    }

    @Test
    void credentialThatEndsEndsTheConnection() {
        try (RawWebSocket client = RawWebSocket.open(orders("").with("Authorization", "Bearer alice-for-a-second"))) {
            assertThat(client.receive())
                    .isInstanceOfSatisfying(
                            Incoming.Close.class,
                            close -> assertThat(close.code()).isEqualTo(4002));
        }
    }

    @Test
    void ticketLetsInOnce() throws Exception {
        HttpRequest asking = HttpRequest.newBuilder(URI.create(base + "parley/tickets"))
                .header("Authorization", "Bearer alice")
                .POST(BodyPublishers.noBody())
                .build();
        String answer =
                HttpClient.newHttpClient().send(asking, BodyHandlers.ofString()).body();
        assertThat(answer).matches("\\{\"ticket\":\"[A-Za-z0-9_-]{43}\",\"seconds\":30}");
        String ticket = answer.substring(11, 54);

        RawWebSocket.open(orders("?ticket=" + ticket)).close();
        assertRefused(403, "the ticket is not good, or not any more\n", orders("?ticket=" + ticket));
    }

    /** An endpoint that has a subprotocol is for those who offer it. */
    private UpgradeRequest orders(String query) {
        return site().upgrade("/orders" + query).with("Sec-WebSocket-Protocol", "orders.v1");
    }

    private static void assertHears(RawWebSocket client, String... texts) {
        for (String text : texts) {
            assertThat(client.receive()).isEqualTo(new Incoming.Text(text));
        }
    }
}
