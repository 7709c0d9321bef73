package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.RoomPolicy;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.it.counter.OrderServlet;
import dev.parley.it.harness.OwnServer;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.TestOperators;
import dev.parley.it.orders.OrderResource;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
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
            HAS_PROFILE && !SERVER.equals("payara-micro"); // see server-config
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

    private final AtomicLong orders = new AtomicLong();
    private PostgresServer database;
    private OwnServer server;

    @BeforeAll
    void start() throws Exception {
        database = PostgresServer.launch();
        sql(
                "CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, parcels int NOT NULL, status text NOT NULL)");
        server = OwnServer.startForApplications(database.port());
        server.deploy(application("one"));
        server.deploy(application("other"));
        server.deploy(withBasic("basic"));
        server.deploy(withServlets("shop"));
        server.deploy(beside());
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable started : new AutoCloseable[] {server, database}) {
            if (started != null) {
                started.close();
            }
        }
    }

    private WebArchive application(String name) throws IOException {
        return HAS_PROFILE ? onProfile(name) : withServlets(name);
    }

    private WebArchive onProfile(String name) throws IOException {
        return ParleyWar.application(name, "postgresql")
                .addPackage(OrderResource.class.getPackage())
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .addAsResource(OrderResource.class.getPackage(), "persistence.xml", "META-INF/persistence.xml")
                .addAsWebInfResource(descriptor("orders"), "web.xml")
                .addAsWebResource(OrderResource.class.getPackage(), "shop.html", "shop.html")
                .addAsWebResource(OrderResource.class.getPackage(), "login.html", "login.html");
    }

    private WebArchive withServlets(String name) throws IOException {
        return ParleyWar.application(name, "postgresql")
                .addPackage(OrderServlet.class.getPackage())
                .addAsServiceProvider(RoomPolicy.class, dev.parley.it.counter.OrderPolicy.class)
                .addAsWebInfResource(descriptor("counter"), "web.xml")
                .addAsWebInfResource(OrderServlet.class.getPackage(), "glassfish-web.xml", "glassfish-web.xml")
                .addAsWebResource(OrderResource.class.getPackage(), "shop.html", "shop.html")
                .addAsWebResource(OrderResource.class.getPackage(), "login.html", "login.html");
    }

    /** By the server's own users, who are asked before the handshake. */
    private WebArchive withBasic(String name) throws IOException {
        WebArchive war = withServlets(name);
        war.delete("/WEB-INF/web.xml");
        String descriptor = text("counter/web.xml")
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

    private StringAsset descriptor(String application) throws IOException {
        return new StringAsset(text(application + "/web.xml"));
    }

    private String text(String name) throws IOException {
        try (InputStream in = OrdersIT.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("5432", Integer.toString(database.port()));
        }
    }

    private void sql(String statement) throws SQLException {
        Properties user = new Properties();
        user.setProperty("user", "parley");
        try (Connection connection = new org.postgresql.Driver()
                        .connect("jdbc:postgresql://127.0.0.1:" + database.port() + "/postgres", user);
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    private long orderOf(String customer) throws SQLException {
        long id = orders.incrementAndGet();
        sql("INSERT INTO orders VALUES (" + id + ", '" + customer + "', 0, 'new')");
        return id;
    }

    @Test
    void shippedInATransactionIsSeenByWhoeverWatches() throws Exception {
        long id = orderOf("dave");
        try (RoomsClient dave = new Browser("one", "dave").watches(id);
                RoomsClient sue = new Browser("other", "sue").watches(id)) {
            assertThat(new Browser("one", "sue").does(id, "ship", "parcels=2")).isEqualTo(204);
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
        long id = orderOf("dave");
        try (RoomsClient one = new Browser("one", "dave").watches(id);
                RoomsClient other = new Browser("other", "dave").watches(id)) {
            assertThat(new Browser("other", "sue").does(id, "deliver", "")).isEqualTo(204);
            for (RoomsClient watcher : new RoomsClient[] {one, other}) {
                assertThat(watcher.hearsWith("\"type\":\"message\"")).containsPattern("\"delivered\": ?" + id);
            }
        }
    }

    @Test
    void rolledBackIsNeverSeen() throws Exception {
        long id = orderOf("dave");
        try (RoomsClient dave = new Browser("other", "dave").watches(id)) {
            Browser sue = new Browser("one", "sue");
            assertThat(sue.does(id, "ship", "parcels=0")).isEqualTo(500);
            assertThat(sue.does(id, "ship", "parcels=3")).isEqualTo(204);
            assertThat(dave.hearsWith("\"type\":\"message\"")).containsPattern("\"parcels\": ?3");
            assertThat(dave.asks("'type':'history','room':'order-" + id + "'"))
                    .doesNotContainPattern("\"parcels\": ?0");
        }
    }

    @Test
    void strangerIsRefusedAndStaffMayWatchAll() throws Exception {
        long id = orderOf("dave");
        String join = "'type':'join','room':'order-" + id + "'";
        try (RoomsClient eve = new Browser("one", "eve").opens();
                RoomsClient sue = new Browser("one", "sue").opens();
                RoomsClient nobody = RoomsClient.over(RawWebSocket.open(handshake("one")))) {
            assertThat(nobody.asks("'type':'connect'")).contains("\"user\":\"guest-");
            for (RoomsClient stranger : new RoomsClient[] {eve, nobody}) {
                assertThat(stranger.asks(join)).contains("\"code\":\"forbidden\"");
            }
            assertThat(sue.asks(join)).contains("\"type\":\"joined\"");
        }
        assertThat(new Browser("one", "dave").does(id, "ship", "parcels=1")).isEqualTo(403);
    }

    @Test
    void rejectionIsToldToItsAuthorAlone() throws Exception {
        long id = orderOf("dave");
        String room = "order-" + id;
        try (RoomsClient dave = new Browser("one", "dave").watches(id);
                RoomsClient sue = new Browser("other", "sue").watches(id)) {
            assertThat(dave.sends(room, "a", "'" + "where ".repeat(30) + "'"))
                    .contains("\"code\":\"rejected\"", "\"reason\":\"too-long\"", "Please write less, dave.");
            assertThat(dave.sends(room, "b", "'where?'")).contains("\"type\":\"ack\"");
            assertThat(sue.hearsWith("\"type\":\"message\"")).contains("\"where?\"");
        }
    }

    @Test
    void whoHasLostTheRightIsTakenOutOnBothNodes() throws Exception {
        long id = orderOf("dave");
        try (RoomsClient one = new Browser("one", "dave").watches(id);
                RoomsClient other = new Browser("other", "dave").watches(id);
                RoomsClient sue = new Browser("other", "sue").watches(id)) {
            assertThat(new Browser("one", "sue").does(id, "hand-over", "to=eve"))
                    .isEqualTo(204);
            for (RoomsClient dave : new RoomsClient[] {one, other}) {
                assertThat(dave.hearsWith("\"type\":\"left\"")).contains("\"reason\":\"forbidden\"");
            }
            try (RoomsClient eve = new Browser("other", "eve").watches(id)) {
                assertThat(sue.sends("order-" + id, "a", "'yours'")).contains("\"type\":\"ack\"");
                assertThat(eve.hearsWith("\"type\":\"message\"")).contains("yours");
            }
        }
    }

    @Test
    void userOfBasicHasItsNameAndItsRoles() throws Exception {
        long id = orderOf("dave");
        for (String user : new String[] {"dave", "sue"}) {
            try (RoomsClient known = RoomsClient.over(RawWebSocket.open(basic(user)))) {
                assertThat(known.hears()).contains("\"type\":\"welcome\"", "\"user\":\"" + user + "\"");
                known.joins("order-" + id);
            }
        }
        assertThat(handshake("basic").exchange().status()).isEqualTo(401);
    }

    @Test
    void loginOfTheApplicationIsKnownToParleyBesideItWhereThereIsOneForAll() {
        URI rooms = server.site().resolve("/parley/rooms");
        try (RoomsClient client =
                RoomsClient.over(RawWebSocket.open(new Site(rooms.getHost(), rooms.getPort(), "/parley")
                        .upgrade("/rooms")
                        .with("Sec-WebSocket-Protocol", "parley.v1")
                        .with("Cookie", new Browser("shop", "dave").cookies(rooms))))) {
            if (HAS_SINGLE_SIGN_ON) {
                assertThat(client.hears()).contains("\"type\":\"welcome\"", "\"user\":\"dave\"");
            } else {
                assertThat(client.asks("'type':'connect'")).contains("\"user\":\"guest-");
            }
        }
    }

    private UpgradeRequest basic(String user) {
        String secret = user + ":" + TestOperators.password(user);
        return handshake("basic")
                .with(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
    }

    private UpgradeRequest handshake(String context) {
        URI site = server.site();
        return new Site(site.getHost(), site.getPort(), "/" + context)
                .upgrade("/parley/rooms")
                .with("Sec-WebSocket-Protocol", "parley.v1");
    }

    /** Somebody's, who has logged in by the form of one of the applications. */
    private final class Browser {
        private final CookieManager cookies = new CookieManager();
        private final HttpClient http = HttpClient.newBuilder()
                .cookieHandler(cookies)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        private final String context;
        private final String user;

        Browser(String context, String user) {
            this.context = context;
            this.user = user;
            assertThat(send(at("/shop.html").GET()).body()).contains("j_password");
            String form = "j_username=" + user + "&j_password=" + TestOperators.password(user);
            HttpResponse<String> page = send(posted("/j_security_check", form));
            assertThat(page.body()).as(page.toString()).contains("Your order");
        }

        private HttpRequest.Builder at(String path) {
            return HttpRequest.newBuilder(URI.create(server.site() + context + path));
        }

        private HttpRequest.Builder posted(String path, String form) {
            return at(path).header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form));
        }

        private HttpResponse<String> send(HttpRequest.Builder request) {
            try {
                return http.send(request.build(), BodyHandlers.ofString());
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        int does(long id, String what, String form) {
            return send(posted("/api/orders/" + id + "/" + what, form)).statusCode();
        }

        String cookies(URI place) {
            try {
                return String.join("; ", cookies.get(place, Map.of()).get("Cookie"));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        RoomsClient opens() {
            String line = cookies(server.site().resolve("/" + context + "/parley/rooms"));
            RoomsClient client =
                    RoomsClient.over(RawWebSocket.open(handshake(context).with("Cookie", line)));
            assertThat(client.hears()).contains("\"type\":\"welcome\"", "\"user\":\"" + user + "\"");
            return client;
        }

        RoomsClient watches(long id) {
            RoomsClient client = opens();
            client.joins("order-" + id);
            return client;
        }
    }
}
