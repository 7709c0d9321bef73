package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A ticket that one node of {@code java -jar parley.war} gave is good on another, over one Redis, and once over both. */
@Tag("standalone")
@Timeout(120)
final class TicketsOfTwoNodesIT {
    private static final String PAGE = "https://app.example";

    @TempDir
    static Path directory;

    private static TokenIssuer issuer;
    private static RedisServer redis;
    private static ExecutableWar one;
    private static ExecutableWar other;

    @BeforeAll
    static void start() throws Exception {
        issuer = TokenIssuer.in(directory);
        redis = RedisServer.launch(RedisServer.DURABLE);
        one = node();
        other = node();
    }

    private static ExecutableWar node() {
        return ExecutableWar.startOnAnyPort(
                issuer.trustedBy(
                        "-Xmx256m",
                        "-Dparley.allowed-origins=" + PAGE,
                        "-Dparley.backplane-secret=shared.by.the.nodes"),
                "--backplane",
                redis.address());
    }

    @AfterAll
    static void stop() throws IOException {
        one.close();
        other.close();
        redis.close();
    }

    @Test
    void aTicketIsGoodOnceOnWhicheverNode() throws Exception {
        String ticket = ticket(asking());

        welcomed(handshake(other, ticket));
        assertThat(handshake(other, ticket).refusal()).isEqualTo(403);
        assertThat(handshake(one, ticket).refusal()).isEqualTo(403);
    }

    @Test
    void aTicketIsGoodForThePageThatAskedForIt() throws Exception {
        welcomed(handshake(other, ticket(asking().header("Origin", PAGE))).with("Origin", PAGE));

        String stolen = ticket(asking().header("Origin", PAGE));
        assertThat(handshake(other, stolen).refusal()).isEqualTo(403);
        assertThat(handshake(other, stolen).with("Origin", PAGE).refusal()).isEqualTo(403);
    }

    @Test
    void whileTheEngineIsAwayThereIsNoTicketAndItIsSaid() throws Exception {
        redis.freeze();
        try {
            assertThat(send(asking()).statusCode()).isEqualTo(503);
        } finally {
            redis.thaw();
        }
    }

    private static HttpRequest.Builder asking() throws Exception {
        return HttpRequest.newBuilder(one.url().toURI().resolve("tickets"))
                .header("Authorization", "Bearer " + issuer.token("eve", Duration.ofMinutes(5), Map.of()))
                .POST(BodyPublishers.noBody());
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private static String ticket(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = send(request);
        assertThat(answer.statusCode()).isEqualTo(200);
        return RoomsClient.field(answer.body(), "ticket").replace("\"", "");
    }

    private static UpgradeRequest handshake(ExecutableWar node, String ticket) {
        return Site.at(node.url()).upgrade("/rooms?ticket=" + ticket).with("Sec-WebSocket-Protocol", "parley.v1");
    }

    private static void welcomed(UpgradeRequest request) {
        try (RoomsClient client = RoomsClient.over(RawWebSocket.open(request))) {
            assertThat(client.hears()).contains("\"type\":\"welcome\"", "\"user\":\"eve\"");
        }
    }
}
