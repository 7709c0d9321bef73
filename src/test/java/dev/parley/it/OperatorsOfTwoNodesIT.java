package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.TestOperators;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators see and do on one node about connections of another, in two processes over one Redis. */
@Tag("standalone")
@Timeout(180)
final class OperatorsOfTwoNodesIT {
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    @TempDir
    private static Path directory;

    private static RedisServer redis;
    private static ExecutableWar one;
    private static ExecutableWar other;

    @BeforeAll
    static void start() throws Exception {
        Path users = Files.writeString(
                directory.resolve("users.xml"),
                "<tomcat-users>\n" + TestOperators.lines("<user username=\"%s\" password=\"%s\" roles=\"%s\"/>")
                        + "</tomcat-users>\n");
        redis = RedisServer.launch(RedisServer.DURABLE);
        one = node(users);
        other = node(users);
        for (ExecutableWar node :
                new ExecutableWar[] {one, other}) { // each hears of the other when that one speaks next
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> ask(node, "GET", "nodes", "").split("\"doors\":", -1).length == 3);
        }
    }

    private static ExecutableWar node(Path users) {
        return ExecutableWar.start(
                "--host", "127.0.0.1", "--port", "0", "--users", users.toString(), "--backplane", redis.address());
    }

    @AfterAll
    static void stop() throws Exception {
        other.close();
        one.close();
        redis.close();
    }

    @Test
    void connectionsOfAllNodesAreListedWithTheirNodesAndSoIsEachByItself() {
        try (RawWebSocket here = Site.at(one.url()).open("/ws/11?room=both");
                RawWebSocket there = Site.at(other.url()).open("/ws/12?room=both")) {
            await().untilAsserted(() -> assertThat(ask("GET", "connections?room=both", ""))
                    .contains("\"user\":\"11\"", "\"user\":\"12\"", "\"silent\":[]"));
            String distant = idOf("12", ask("GET", "connections?room=both", ""));
            assertThat(ask("GET", "connections/" + distant, ""))
                    .contains("\"rooms\":[\"both\"]", "\"what\":\"joined both\"", "\"user\":\"12\"");
            await().untilAsserted(() -> assertThat(ask("GET", "rooms/both", "")).contains("\"users\":2"));
            here.sendText("hello");
            assertThat(there.receiveText()).isEqualTo("Client #11 says: hello");
        }
    }

    @Test
    void disconnectTakesEffectOnTheOtherNodeWithinASecond() {
        try (RawWebSocket there = Site.at(other.url()).open("/ws/13")) {
            await().until(() -> ask("GET", "connections?user=13", "").contains("\"user\":\"13\""));
            long start = System.nanoTime();
            ask("DELETE", "connections?user=13", "");
            assertThat(there.receiveWholeClose().code()).isEqualTo(4501);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
        }
        await().untilAsserted(
                        () -> assertThat(ask("GET", "ended", "")).contains("\"user\":\"13\"", "\"cause\":\"removed\""));
    }

    @Test
    void whatIsPurgedOnOneNodeIsGoneOnTheOther() {
        ask("POST", "rooms/attic/messages", "\"old stuff\"");
        assertThat(ask(other, "GET", "rooms/attic/messages", "")).contains("old stuff");
        ask("DELETE", "rooms/attic/messages", "");
        assertThat(ask(other, "GET", "rooms/attic/messages", "")).contains("\"messages\":[]");
        assertThat(ask(other, "GET", "audit", "")).contains("DELETE rooms/attic/messages", "\"who\":\"ada\"");
    }

    private static String idOf(String user, String listed) {
        String before = listed.substring(0, listed.indexOf("\"user\":\"" + user + "\""));
        return before.substring(before.lastIndexOf("\"connection\":\"") + 14, before.length() - 2);
    }

    private static String ask(String method, String path, String body) {
        return ask(one, method, path, body);
    }

    private static String ask(ExecutableWar node, String method, String path, String body) {
        return OperatorsContract.send(OperatorsContract.by(
                        "ada",
                        HttpRequest.newBuilder(URI.create(node.url() + "api/v1/" + path))
                                .header("Content-Type", "application/json")
                                .method(method, BodyPublishers.ofString(body))))
                .body();
    }
}
