package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.OwnServer;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.TestOperators;
import dev.parley.it.login.AccountServlet;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Users who have logged in by form at the application: what becomes of their sockets when their HTTP sessions end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long") // where sessions are looked after every minute or so
@Tag("shared")
final class LoginSessionIT {
    private static final String LOGIN = """
            <security-constraint>
              <web-resource-collection>
                <web-resource-name>account</web-resource-name>
                <url-pattern>/account/in</url-pattern>
              </web-resource-collection>
              <auth-constraint><role-name>parley-viewer</role-name></auth-constraint>
            </security-constraint>
            <login-config>
              <auth-method>FORM</auth-method>
              <form-login-config>
                <form-login-page>/account/form</form-login-page>
                <form-error-page>/account/form</form-error-page>
              </form-login-config>
            </login-config>
            </web-app>""";

    /** How many seconds it is until GlassFish and Payara look after their sessions again. */
    private static final String OFTEN = "<session-config><session-manager><manager-properties>"
            + "<property name=\"reapIntervalSeconds\" value=\"2\"/>"
            + "</manager-properties></session-manager></session-config>";

    private static final int PINGS = 5;
    private static final int NO_DATABASE = 1; // nothing asks for it

    private OwnServer server;
    private URI base;
    private CookieManager cookies;
    private HttpClient http;

    @BeforeAll
    void start() throws Exception {
        server = OwnServer.startForApplications(NO_DATABASE);
        server.deploy(war());
        base = server.site();
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void forgetCookies() {
        cookies = new CookieManager();
        http = HttpClient.newBuilder()
                .cookieHandler(cookies)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
    }

    private static WebArchive war() throws IOException {
        WebArchive war = ParleyWar.root();
        String descriptor = take(war, "web.xml");
        String ofGlassFish = take(war, "glassfish-web.xml").replace("<class-loader", OFTEN + "<class-loader");
        war.delete("/WEB-INF/jetty-ee10-web.xml"); // which says how operators log in
        // Jetty takes no realm unless it is named as in server-config; Payara wants one of that name, if any.
        String realm = System.getProperty("it.server", "").startsWith("jetty") ? "<realm-name>parley</realm-name>" : "";
        String login = LOGIN.replace("</auth-method>", "</auth-method>" + realm);
        return war.addAsWebInfResource(new StringAsset(descriptor.replace("</web-app>", login)), "web.xml")
                .addAsWebInfResource(new StringAsset(ofGlassFish), "glassfish-web.xml")
                .addClass(AccountServlet.class);
    }

    private static String take(WebArchive war, String name) throws IOException {
        try (InputStream in = war.delete("/WEB-INF/" + name).getAsset().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String ask(String path) {
        return send(HttpRequest.newBuilder(URI.create(base + path)).build());
    }

    private String send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void logIn() {
        assertThat(ask("account/in")).isEqualTo("form");
        String form = "j_username=vera&j_password=" + TestOperators.password("vera");
        send(HttpRequest.newBuilder(URI.create(base + "j_security_check"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build());
        assertThat(ask("account/in")).isEqualTo("vera");
    }

    private RawWebSocket open() {
        String line = cookies.getCookieStore().getCookies().stream()
                .map(cookie -> cookie.getName() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
        return RawWebSocket.open(RoomsClient.handshake(new Site(base.getHost(), base.getPort(), ""))
                .with("Cookie", line));
    }

    /** The first code that it sees says that the credential has expired, so that it comes back with another. */
    private void mustBeToldThatItHasExpired(RawWebSocket socket) {
        Incoming heard = socket.receive();
        for (int pings = 0;
                heard instanceof Incoming.Text && pings < PINGS;
                pings++) { // it looks after its sessions later
            heard = socket.receive();
        }
        assertThat(heard)
                .isEqualTo(
                        KnownDifference.LOGOUT_CLOSES_BY_ITSELF.isOf(server.running())
                                ? new Incoming.Close(1008, "")
                                : new Incoming.Close(4002, "credential expired"));
    }

    @Test
    void whoseSessionHasTimedOutIsAskedForItsCredentialAgain() {
        logIn();
        try (RawWebSocket socket = open()) {
            assertThat(socket.receiveText()).contains("\"type\":\"welcome\"", "\"user\":\"vera\"");
            assertThat(ask("account/in?seconds=2")).isEqualTo("vera");
            await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
            ask("account/form"); // some servers notice only when the session is asked for

            mustBeToldThatItHasExpired(socket);
        }
    }

    @Test
    void whoLogsOutIsOutAndComesBackAsNobodyWhomTheServerKnows() {
        logIn();
        try (RawWebSocket socket = open()) {
            assertThat(socket.receiveText()).contains("\"user\":\"vera\"");
            assertThat(socket.receiveText()).contains("\"room\":\"~vera\"");
            ask("account/out");

            assertThat(socket.receiveWholeClose().code()).isIn(4002, 1008); // ours, or the server's own
        }
        try (RoomsClient again = RoomsClient.over(open())) {
            assertThat(again.asks("'type':'connect'")).contains("\"user\":\"guest-");
        }
    }
}
