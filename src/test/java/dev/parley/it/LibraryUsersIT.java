package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.delivery.CourierServlet;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An application that tells its users something, whatever they are called and wherever they are connected. */
@Tag("shared")
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class LibraryUsersIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final TokenIssuer ISSUER = issuer();

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() throws IOException {
        WebArchive war = ParleyWar.librariesOnly()
                .addPackage(CourierServlet.class.getPackage())
                .addAsLibrary(ParleyWar.classes().toFile())
                .addAsWebInfResource(
                        new StringAsset(
                                "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'></web-app>"),
                        "web.xml");
        ParleyWar.with(war, "parley.jwt-keys", ISSUER.keys().toString());
        ParleyWar.with(war, "parley.jwt-algorithms", "HS256");
        return ParleyWar.with(war, "parley.jwt-audience", "parley");
    }

    private static TokenIssuer issuer() {
        try {
            return TokenIssuer.in(Files.createTempDirectory("parley-keys"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAUserIsToldReachesAllOfHerConnectionsAndNobodyElse() throws Exception {
        try (RoomsClient first = connected("carol@example.com");
                RoomsClient second = connected("carol@example.com");
                RoomsClient other = connected("Carol@example.com")) {
            assertThat(send("POST", "carol@example.com")).isEqualTo("false");
            assertThat(send("POST", "carol@example.com")).isEqualTo("true");

            for (RoomsClient client : List.of(first, second)) {
                assertThat(client.hears())
                        .contains(
                                "\"type\":\"message\"",
                                "\"room\":\"~carol@example.com\"",
                                "\"user\":\"system\"",
                                "\"order\":\"42\"");
            }
            assertThat(send("GET", "carol@example.com")).isEqualTo("true 2");
            assertThat(send("GET", "Carol@example.com")).isEqualTo("true 1");
            send("DELETE", "carol@example.com");
            for (RoomsClient client : List.of(first, second)) {
                assertThat(client.isClosed()).isEqualTo(new Incoming.Close(4501, "your shift is over"));
            }
            await().untilAsserted(
                            () -> assertThat(send("GET", "carol@example.com")).isEqualTo("false 0"));
            assertThat(other.asks("'type':'leave','room':'nowhere'")).contains("\"left\"");
        }
    }

    private RoomsClient connected(String user) {
        RoomsClient client = RoomsClient.over(
                RawWebSocket.open(Site.at(base).upgrade("/parley/rooms").with("Sec-WebSocket-Protocol", "parley.v1")));
        String token = ISSUER.token(user, Duration.ofMinutes(5), Map.of());
        assertThat(client.asks("'type':'connect','token':'" + token + "'")).contains("\"inbox\":\"~" + user + "\"");
        assertThat(client.hears()).contains("\"type\":\"joined\"");
        return client;
    }

    private String send(String method, String courier) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "couriers/" + courier))
                .method(method, BodyPublishers.noBody())
                .build();
        return HTTP.send(request, BodyHandlers.ofString()).body();
    }
}
