package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.Site;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told a user on one node of {@code java -jar parley.war} reaches all of her connections on two, over each engine. */
@Tag("standalone")
@Tag("full") // takes half a minute
@Timeout(180)
final class UsersOfTwoNodesIT {
    private static final String NAME = "Кэрол 👩‍👧@example.com";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path directory;

    private TokenIssuer issuer;

    @ParameterizedTest
    @ValueSource(strings = {"redis", "postgresql"})
    void aUserIsReachedOnBothNodesResumesIsSeenAndIsDisconnected(String name) throws Exception {
        issuer = TokenIssuer.in(directory);
        try (EngineProcess engine =
                        name.equals("redis") ? RedisServer.launch(RedisServer.DURABLE) : PostgresServer.launch();
                ExecutableWar one = node(engine);
                ExecutableWar other = node(engine)) {
            assertThat(one.url()).as("both have started").isNotEqualTo(other.url());
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                                    call(one, "GET", "/nodes", "").body().split("\"doors\":", -1))
                            .hasSize(3));
            RoomsClient first = RoomsClient.unknown(Site.at(one.url()));
            RoomsClient second = RoomsClient.unknown(Site.at(other.url()));
            RoomsClient namesake = RoomsClient.unknown(Site.at(other.url()));
            String position = RoomsClient.field(attached(first, NAME), "position");
            attached(second, NAME);
            attached(namesake, NAME.toLowerCase(java.util.Locale.ROOT));

            assertThat(call(one, "POST", path("/messages"), "{\"n\":1}").statusCode())
                    .isEqualTo(201);
            for (RoomsClient client : List.of(first, second)) {
                assertThat(client.hears()).contains("\"type\":\"message\"", "\"n\":1");
            }
            first.close();
            call(other, "POST", path("/messages"), "{\"n\":2}");
            assertThat(second.hears()).contains("\"n\":2");

            try (RoomsClient again = RoomsClient.unknown(Site.at(one.url()))) {
                String inbox = RoomsClient.field(attached(again, NAME), "room").replace('"', '\'');
                String joined = again.asks("'type':'join','room':" + inbox + ",'since':" + position.replace('"', '\''));
                assertThat(joined).contains("\"resume\":\"ok\"", "\"replayed\":2");
                assertThat(again.hears()).contains("\"n\":1");
                assertThat(again.hears()).contains("\"n\":2");

                await().untilAsserted(
                                () -> assertThat(call(one, "GET", path(""), "").body())
                                        .contains("\"online\":true,\"connections\":2,\"since\":", "\"silent\":[]"));
                assertThat(call(one, "DELETE", path("/connections?reason=bye"), "")
                                .statusCode())
                        .isEqualTo(202);
                for (RoomsClient client : List.of(again, second)) {
                    assertThat(client.isClosed()).isEqualTo(new Incoming.Close(4501, "bye"));
                }
            }
            await().untilAsserted(() ->
                    assertThat(call(other, "GET", path(""), "").body()).contains("\"online\":false,\"connections\":0"));
            assertThat(namesake.asks("'type':'leave','room':'nowhere'"))
                    .as("has heard nothing of all this")
                    .contains("\"left\"");
            namesake.close();
        }
    }

    private ExecutableWar node(EngineProcess engine) {
        return ExecutableWar.startOnAnyPort(issuer.trustedBy("-Xmx256m"), "--backplane", engine.address());
    }

    /** Says who it is, and is in the inbox; gives what it was told of it. */
    private String attached(RoomsClient client, String user) {
        assertThat(client.asks(
                        "'type':'connect','token':'" + issuer.token(user, Duration.ofMinutes(5), Map.of()) + "'"))
                .contains("\"inbox\":\"~=");
        String joined = client.hears();
        assertThat(joined).contains("\"type\":\"joined\"");
        return joined;
    }

    private static String path(String rest) {
        return "/users/" + URLEncoder.encode(NAME, StandardCharsets.UTF_8).replace("+", "%20") + rest;
    }

    private HttpResponse<String> call(ExecutableWar node, String method, String path, String body) throws Exception {
        String scopes = "parley:tell parley:watch parley:act";
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(Site.at(node.url()).origin() + "/api/v1" + path))
                .header(
                        "Authorization",
                        "Bearer " + issuer.token("shop", Duration.ofMinutes(5), Map.of("scope", scopes)))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }
}
