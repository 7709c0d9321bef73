package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.RoomPolicy;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.it.counter.OrderPolicy;
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
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** A server of the kind under test, for the applications with orders, beside the database that they share. For one thread. */
final class OrdersServer implements AutoCloseable {
    private final AtomicLong orders = new AtomicLong();
    private final PostgresServer database;
    private final OwnServer server;

    private OrdersServer(PostgresServer database) throws SQLException {
        this.database = database;
        sql(
                "CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, parcels int NOT NULL, status text NOT NULL)");
        sql("CREATE TABLE departures (room text NOT NULL, name text NOT NULL)");
        server = OwnServer.startForApplications(database.port());
    }

    static OrdersServer start() throws Exception {
        PostgresServer database = PostgresServer.launch();
        try {
            return new OrdersServer(database);
        } catch (SQLException | RuntimeException | Error e) {
            database.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try (database) {
            server.close();
        }
    }

    OwnServer server() {
        return server;
    }

    /** Where an application is, with a slash at the end. */
    URI site(String context) {
        return server.site().resolve("/" + context + "/");
    }

    /** The application with servlets, JDBC and the container's login, which is the same on each server. */
    WebArchive withServlets(String name) throws IOException {
        return ParleyWar.application(name, "postgresql")
                .addPackage(OrderServlet.class.getPackage())
                .addAsServiceProvider(RoomPolicy.class, OrderPolicy.class)
                .addAsWebInfResource(new StringAsset(text("counter/web.xml")), "web.xml")
                .addAsWebInfResource(OrderServlet.class.getPackage(), "glassfish-web.xml", "glassfish-web.xml")
                .addAsWebResource(OrderResource.class.getPackage(), "shop.html", "shop.html")
                .addAsWebResource(OrderResource.class.getPackage(), "login.html", "login.html");
    }

    /** A file of one of the applications, which names this database. */
    String text(String name) throws IOException {
        try (InputStream in = OrdersServer.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("5432", Integer.toString(database.port()));
        }
    }

    /** A new order. */
    long orderOf(String customer) throws SQLException {
        long id = orders.incrementAndGet();
        sql("INSERT INTO orders VALUES (" + id + ", '" + customer + "', 0, 'new')");
        return id;
    }

    /** Who has left a room, as the applications were told. */
    List<String> departures(String room) throws SQLException {
        return texts("SELECT name FROM departures WHERE room = ?", room);
    }

    /** Whether the applications have been told that somebody came to a room who has not left since. */
    boolean isKnownToBeWatched(String room) throws SQLException {
        return !texts("SELECT room FROM parley_told WHERE room = ?", room).isEmpty();
    }

    private List<String> texts(String statement, String room) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement query = connection.prepareStatement(statement)) {
            query.setString(1, room);
            List<String> texts = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
            }
            return texts;
        }
    }

    private Connection connect() throws SQLException {
        Properties user = new Properties();
        user.setProperty("user", "parley");
        return new org.postgresql.Driver()
                .connect("jdbc:postgresql://127.0.0.1:" + database.port() + "/postgres", user);
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = connect();
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    /** Of somebody who is not logged in. */
    UpgradeRequest handshake(String context) {
        URI site = server.site();
        return new Site(site.getHost(), site.getPort(), "/" + context)
                .upgrade("/parley/rooms")
                .with("Sec-WebSocket-Protocol", "parley.v1");
    }

    /** The connection of somebody who has logged in. */
    RoomsClient opens(String context, String user) {
        String cookies = logIn(context, user).cookies(site(context).resolve("parley/rooms"));
        RoomsClient client =
                RoomsClient.over(RawWebSocket.open(handshake(context).with("Cookie", cookies)));
        assertThat(client.hears()).contains("\"type\":\"welcome\"", "\"user\":\"" + user + "\"");
        return client;
    }

    /** The same, in the room of an order. */
    RoomsClient watches(String context, String user, long id) {
        RoomsClient client = opens(context, user);
        client.joins("order-" + id);
        return client;
    }

    LoggedIn logIn(String context, String user) {
        return new LoggedIn(context, user);
    }

    /** Somebody who has logged in by the form of one of the applications. */
    final class LoggedIn {
        private final CookieManager cookies = new CookieManager();
        private final HttpClient http = HttpClient.newBuilder()
                .cookieHandler(cookies)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        private final String context;

        private LoggedIn(String context, String user) {
            this.context = context;
            assertThat(send(at("shop.html").GET()).body()).contains("j_password");
            String form = "j_username=" + user + "&j_password=" + TestOperators.password(user);
            HttpResponse<String> page = send(posted("j_security_check", form));
            assertThat(page.body()).as(page.toString()).contains("Your order");
        }

        private HttpRequest.Builder at(String path) {
            return HttpRequest.newBuilder(site(context).resolve(path));
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

        /** The status of the answer. */
        int does(long id, String what, String form) {
            return send(posted("api/orders/" + id + "/" + what, form)).statusCode();
        }

        String cookies(URI place) {
            try {
                return String.join("; ", cookies.get(place, Map.of()).get("Cookie"));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
