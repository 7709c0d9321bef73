package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.OwnServer;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.TestOperators;
import dev.parley.it.orders.OrderResource;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * An application as teams have them, with Parley in it: on Jakarta EE servers with REST, JPA, CDI and Jakarta Security, on Tomcat and
 * Jetty with servlets, JDBC and the container's login. Two of it are on one server, two nodes over its database.
 */
@Tag("shared")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OrdersIT {
    private static final String SERVER = System.getProperty("it.server", "standalone");
    private static final boolean HAS_PROFILE = !SERVER.matches("tomcat.*|jetty.*");
    private static final boolean HAS_SINGLE_SIGN_ON =
            HAS_PROFILE && !SERVER.startsWith("payara-micro"); // see server-config
    private static final String BESIDE = """
            <login-config>
              <auth-method>FORM</auth-method>
              <realm-name>parley</realm-name>
              <form-login-config>
                <form-login-page>/</form-login-page>
                <form-error-page>/</form-error-page>
              </form-login-config>
            </login-config>
            """;
    private static final Duration SOON = Duration.ofSeconds(1);

    private OrdersServer orders;

    @BeforeAll
    void start() throws Exception {
        orders = OrdersServer.start();
        OwnServer server = orders.server();
        server.deploy(application("one"));
        server.deploy(application("other"));
        server.deploy(withBasic("basic"));
        server.deploy(orders.withServlets("shop"));
        server.deploy(beside());
    }

    @AfterAll
    void stop() throws IOException {
        if (orders != null) {
            orders.close();
        }
    }

    private WebArchive application(String name) throws IOException {
        return HAS_PROFILE ? onProfile(name) : orders.withServlets(name);
    }

    private WebArchive onProfile(String name) throws IOException {
        return ParleyWar.application(name, "postgresql")
                .addPackage(OrderResource.class.getPackage())
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .addAsResource(OrderResource.class.getPackage(), "persistence.xml", "META-INF/persistence.xml")
                .addAsWebInfResource(new StringAsset(orders.text("orders/web.xml")), "web.xml")
                .addAsWebResource(OrderResource.class.getPackage(), "shop.html", "shop.html")
                .addAsWebResource(OrderResource.class.getPackage(), "login.html", "login.html");
    }

    /** By the server's own users, who are asked before the handshake. */
    private WebArchive withBasic(String name) throws IOException {
        WebArchive war = orders.withServlets(name);
        war.delete("/WEB-INF/web.xml");
        String descriptor = orders.text("counter/web.xml")
                .replace("<auth-method>FORM", "<auth-method>BASIC")
                .replaceAll("(?s)<form-login-config>.*</form-login-config>", "")
                .replace("/shop.html", "/parley/rooms");
        return war.addAsWebInfResource(new StringAsset(descriptor), "web.xml");
    }

    /** Parley's own archive, with a login, which is the server's for all applications. */
    private static WebArchive beside() throws IOException {
        WebArchive war = ParleyWar.under("parley");
        String descriptor;
        try (InputStream in = war.get("WEB-INF/web.xml").getAsset().openStream()) {
            descriptor = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        war.delete("/WEB-INF/web.xml");
        return war.addAsWebInfResource(
                new StringAsset(descriptor.replace("</web-app>", BESIDE + "</web-app>")), "web.xml");
    }

    @Test
    void shippedInATransactionIsSeenByWhoeverWatches() throws Exception {
        long id = orders.orderOf("dave");
        try (RoomsClient dave = orders.watches("one", "dave", id);
                RoomsClient sue = orders.watches("other", "sue", id)) {
            assertThat(orders.logIn("one", "sue").does(id, "ship", "parcels=2")).isEqualTo(204);
            long committed = System.nanoTime();
            for (RoomsClient watcher : new RoomsClient[] {dave, sue}) {
                assertThat(watcher.hearsWith("\"type\":\"message\""))
                        .containsPattern("\"order\": ?" + id)
                        .containsPattern("\"parcels\": ?2");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - committed)).isLessThan(SOON);
        }
    }

    @Test
    void deliveredIsSeenOnBothNodes() throws Exception {
        long id = orders.orderOf("dave");
        try (RoomsClient one = orders.watches("one", "dave", id);
                RoomsClient other = orders.watches("other", "dave", id)) {
            assertThat(orders.logIn("other", "sue").does(id, "deliver", "")).isEqualTo(204);
            for (RoomsClient watcher : new RoomsClient[] {one, other}) {
                assertThat(watcher.hearsWith("\"type\":\"message\"")).containsPattern("\"delivered\": ?" + id);
            }
        }
    }

    @Test
    void rolledBackIsNeverSeen() throws Exception {
        long id = orders.orderOf("dave");
        try (RoomsClient dave = orders.watches("other", "dave", id)) {
            OrdersServer.LoggedIn sue = orders.logIn("one", "sue");
            assertThat(sue.does(id, "ship", "parcels=0")).isEqualTo(500);
            assertThat(sue.does(id, "ship", "parcels=3")).isEqualTo(204);
            assertThat(dave.hearsWith("\"type\":\"message\"")).containsPattern("\"parcels\": ?3");
            assertThat(dave.asks("'type':'history','room':'order-" + id + "'"))
                    .doesNotContainPattern("\"parcels\": ?0");
        }
    }

    @Test
    void strangerIsRefusedAndStaffMayWatchAll() throws Exception {
        long id = orders.orderOf("dave");
        String join = "'type':'join','room':'order-" + id + "'";
        try (RoomsClient eve = orders.opens("one", "eve");
                RoomsClient sue = orders.opens("one", "sue");
                RoomsClient nobody = RoomsClient.over(RawWebSocket.open(orders.handshake("one")))) {
            assertThat(nobody.asks("'type':'connect'")).contains("\"user\":\"guest-");
            for (RoomsClient stranger : new RoomsClient[] {eve, nobody}) {
                assertThat(stranger.asks(join)).contains("\"code\":\"forbidden\"");
            }
            assertThat(sue.asks(join)).contains("\"type\":\"joined\"");
        }
        assertThat(orders.logIn("one", "dave").does(id, "ship", "parcels=1")).isEqualTo(403);
    }

    @Test
    void rejectionIsToldToItsAuthorAlone() throws Exception {
        long id = orders.orderOf("dave");
        String room = "order-" + id;
        try (RoomsClient dave = orders.watches("one", "dave", id);
                RoomsClient sue = orders.watches("other", "sue", id)) {
            assertThat(dave.sends(room, "a", "'" + "where ".repeat(30) + "'"))
                    .contains("\"code\":\"rejected\"", "\"reason\":\"too-long\"", "Please write less, dave.");
            assertThat(dave.sends(room, "b", "'where?'")).contains("\"type\":\"ack\"");
            assertThat(sue.hearsWith("\"type\":\"message\"")).contains("\"where?\"");
        }
    }

    @Test
    void whoHasLostTheRightIsTakenOutOnBothNodes() throws Exception {
        long id = orders.orderOf("dave");
        try (RoomsClient one = orders.watches("one", "dave", id);
                RoomsClient other = orders.watches("other", "dave", id);
                RoomsClient sue = orders.watches("other", "sue", id)) {
            assertThat(orders.logIn("one", "sue").does(id, "hand-over", "to=eve"))
                    .isEqualTo(204);
            for (RoomsClient dave : new RoomsClient[] {one, other}) {
                assertThat(dave.hearsWith("\"type\":\"left\"")).contains("\"reason\":\"forbidden\"");
            }
            try (RoomsClient eve = orders.watches("other", "eve", id)) {
                assertThat(sue.sends("order-" + id, "a", "'yours'")).contains("\"type\":\"ack\"");
                assertThat(eve.hearsWith("\"type\":\"message\"")).contains("yours");
            }
        }
    }

    @Test
    void whoStopsWatchingIsNotedOnce() throws Exception {
        long id = orders.orderOf("dave");
        String room = "order-" + id;
        try (RoomsClient dave = orders.watches("other", "dave", id)) {
            await().until(() -> orders.isKnownToBeWatched(room)); // or nobody is told
            dave.asks("'type':'leave','room':'" + room + "'");
            await().atMost(Duration.ofSeconds(20)).until(() -> orders.departures(room), left -> !left.isEmpty());
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(orders.departures(room)).containsExactly("dave"));
        }
    }

    @Test
    void userOfBasicHasItsNameAndItsRoles() throws Exception {
        long id = orders.orderOf("dave");
        for (String user : new String[] {"dave", "sue"}) {
            try (RoomsClient known = RoomsClient.over(RawWebSocket.open(basic(user)))) {
                assertThat(known.hears()).contains("\"type\":\"welcome\"", "\"user\":\"" + user + "\"");
                known.joins("order-" + id);
            }
        }
        assertThat(orders.handshake("basic").exchange().status()).isEqualTo(401);
    }

    @Test
    void loginOfTheApplicationIsKnownToParleyBesideItWhereThereIsOneForAll() {
        URI rooms = orders.site("parley").resolve("rooms");
        try (RoomsClient client =
                RoomsClient.over(RawWebSocket.open(new Site(rooms.getHost(), rooms.getPort(), "/parley")
                        .upgrade("/rooms")
                        .with("Sec-WebSocket-Protocol", "parley.v1")
                        .with("Cookie", orders.logIn("shop", "dave").cookies(rooms))))) {
            if (HAS_SINGLE_SIGN_ON) {
                assertThat(client.hears()).contains("\"type\":\"welcome\"", "\"user\":\"dave\"");
            } else {
                assertThat(client.asks("'type':'connect'")).contains("\"user\":\"guest-");
            }
        }
    }

    private UpgradeRequest basic(String user) {
        String secret = user + ":" + TestOperators.password(user);
        return orders.handshake("basic")
                .with(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
    }
}
