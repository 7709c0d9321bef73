package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Programs;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes of {@code java -jar parley.war --backplane …} over one Redis, as in the README. */
@Tag("standalone")
@Timeout(180)
final class NodesIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private RedisServer redis;
    private ExecutableWar one;
    private ExecutableWar other;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.launch(RedisServer.DURABLE);
        one = ExecutableWar.start("--port", "0", "--backplane", redis.address());
        other = ExecutableWar.start("--port", "0", "--backplane", redis.address());
    }

    @AfterEach
    void stop() throws Exception {
        one.close();
        other.close();
        redis.close();
    }

    @Test
    void whatIsSaidOnOneNodeIsReadOnBothOnceAndInOrder() {
        try (RawWebSocket alice = Site.at(one.url()).open("/ws/1");
                RawWebSocket bob = Site.at(other.url()).open("/ws/2")) {
            meet(alice, bob);
            List<String> answers = new ArrayList<>();
            List<String> heard = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                alice.sendText("m" + i);
                answers.add("You wrote: m" + i);
                answers.add("Client #1 says: m" + i);
                heard.add("Client #1 says: m" + i);
            }

            assertThat(receive(alice, answers.size())).isEqualTo(answers);
            assertThat(receive(bob, heard.size())).isEqualTo(heard);
        }
    }

    @Test
    void whoeverWasOnANodeThatIsKilledHasLeftOnceWithinTheLease() throws Exception {
        RawWebSocket alice = Site.at(one.url()).open("/ws/1");
        try (RawWebSocket bob = Site.at(other.url()).open("/ws/2")) {
            meet(alice, bob);
            Programs.signal(one.pid(), "KILL");

            bob.ignoringPings();
            assertThat(bob.receiveText()).isEqualTo("Client #1 left the chat");
            bob.sendText("anybody?");
            assertThat(receive(bob, 2)).containsExactly("You wrote: anybody?", "Client #2 says: anybody?");
        } finally {
            alice.close();
        }
    }

    @Test
    void anOutageOfTheEngineEndsNoConnectionAndIsShownByReadiness() throws Exception {
        try (RawWebSocket alice = Site.at(one.url()).open("/ws/1");
                RawWebSocket bob = Site.at(other.url()).open("/ws/2")) {
            meet(alice, bob);
            assertThat(readiness()).isEqualTo(200);
            redis.kill();
            await().atMost(Duration.ofSeconds(20)).until(() -> readiness() == 503);
            redis.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> readiness() == 200);

            alice.sendText("back");
            assertThat(receive(alice, 2)).containsExactly("You wrote: back", "Client #1 says: back");
            assertThat(bob.receiveText()).isEqualTo("Client #1 says: back");
        }
    }

    private int readiness() throws Exception {
        URI ready = one.url().toURI().resolve("health/ready");
        return HTTP.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.discarding())
                .statusCode();
    }

    /** Joining is silent, and a node needs a moment to hear of a room. Whoever has read its own words reads all that follow. */
    static void meet(RawWebSocket alice, RawWebSocket bob) {
        alice.sendText("hello");
        assertThat(receive(alice, 2)).containsExactly("You wrote: hello", "Client #1 says: hello");
        bob.sendText("hello");
        String last = "";
        while (!last.equals("Client #2 says: hello")) {
            last = bob.receiveText(); // perhaps the other one's hello comes before
        }
        assertThat(alice.receiveText()).isEqualTo("Client #2 says: hello");
    }

    private static List<String> receive(RawWebSocket socket, int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(socket.receiveText());
        }
        return texts;
    }
}
