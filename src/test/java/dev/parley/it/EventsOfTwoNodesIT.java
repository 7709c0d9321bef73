package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.parley.Programs;
import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What two nodes of {@code java -jar parley.war} post: each thing once, also when one of them is killed. */
@Tag("standalone")
@Tag("full") // takes a minute
@Timeout(240)
final class EventsOfTwoNodesIT {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /** What was posted of rooms, in a word each. */
    private final List<String> posted = new CopyOnWriteArrayList<>();

    private final List<String> connections = new CopyOnWriteArrayList<>();

    @Test
    void overRedis() throws Exception {
        try (EngineProcess redis = RedisServer.launch(RedisServer.DURABLE)) {
            eachThingIsPostedOnce(redis.address());
        }
    }

    @Test
    void overPostgres() throws Exception {
        try (EngineProcess postgres = PostgresServer.launch()) {
            eachThingIsPostedOnce(postgres.address());
        }
    }

    private void eachThingIsPostedOnce(String engine) throws Exception {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        receiver.createContext("/", exchange -> {
            note(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
        try (ExecutableWar one = node(engine, url);
                ExecutableWar other = node(engine, url);
                RoomsClient ann = RoomsClient.as("ann", Site.at(one.url()));
                RoomsClient bob = RoomsClient.as("bob", Site.at(other.url()))) {
            ann.joins("order-1");
            awaitPosted("room.occupied order-1", "member.joined ann");
            bob.joins("order-1");
            awaitPosted("member.joined bob");
            ann.joins("secret");
            assertThat(ann.sends("order-1", "k", "'hello'")).contains("ack");
            assertThat(ann.sends("order-1", "k", "'hello'")).contains("ack");
            awaitPosted("message.published ann");
            RoomsClient cid = RoomsClient.as("cid", Site.at(one.url()));
            cid.joins("order-1");
            awaitPosted("member.joined cid");
            cid.close();
            try (RoomsClient again = RoomsClient.as("cid", Site.at(other.url()))) {
                again.joins("order-1");
                Programs.signal(one.pid(), "KILL");
                awaitPosted("member.left ann");
                TimeUnit.SECONDS.sleep(6); // long enough for whoever would tell it again
                assertThat(again.asks("'type':'leave','room':'order-1'")).contains("left");
                awaitPosted("member.left cid");
            }
            assertThat(bob.asks("'type':'leave','room':'order-1'")).contains("left");
            awaitPosted("member.left bob", "room.vacated order-1");

            assertThat(posted).hasSize(9).doesNotHaveDuplicates();
            assertThat(connections).contains("opened", "closed");
        } finally {
            receiver.stop(0);
        }
    }

    private void awaitPosted(String... words) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(posted).contains(words));
        assertThat(posted).doesNotHaveDuplicates();
    }

    private void note(String body) {
        Matcher read = Pattern.compile("\\{\"type\":\"([a-z.]+)\",\"timestamp\":\"[^\"]+\",\"data\":(.*)}")
                .matcher(body);
        assertThat(read.matches()).isTrue();
        String type = read.group(1);
        if (type.startsWith("connection.")) {
            connections.add(type.replace("connection.", ""));
        } else {
            posted.add(type + " "
                    + RoomsClient.field(body, type.startsWith("room.") ? "room" : "user")
                            .replace("\"", ""));
        }
    }

    private static ExecutableWar node(String engine, String url) {
        return ExecutableWar.start(
                ParleyWar.file(),
                List.of("-Xmx256m"),
                Map.of(
                        "PARLEY_WEBHOOK_URL",
                        url,
                        "PARLEY_WEBHOOK_SECRET",
                        SECRET,
                        "PARLEY_WEBHOOK_EVENTS",
                        "all",
                        "PARLEY_WEBHOOK_ROOMS",
                        "order-*"),
                "--port",
                "0",
                "--backplane",
                engine);
    }

    /** The receiver that the page shows, in Python, takes what is signed and nothing else. */
    @Test
    @Tag("system") // Python
    void theReceiverOnThePageChecksTheSignature() throws Exception {
        String page = Files.readString(Path.of("src/site/markdown/events.md"));
        String code = page.substring(page.indexOf("```python\n") + 10);
        code = code.substring(0, code.indexOf("```"));
        Path program = Files.writeString(
                Files.createTempFile("receiver", ".py"), code.replace("8000", "int(__import__('sys').argv[1])"));
        int port = freePort();
        ProcessBuilder python = new ProcessBuilder("python3", "-u", program.toString(), Integer.toString(port));
        python.environment().put("WEBHOOK_SECRET", SECRET);
        Path out = Files.createTempFile("receiver", ".out");
        Process running =
                python.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        String url = "http://127.0.0.1:" + port + "/";
        try (ExecutableWar node = node("memory:", url);
                RoomsClient ann = RoomsClient.as("ann", Site.at(node.url()))) {
            ann.joins("order-1");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(Files.readString(out)).contains("member.joined", "'user': 'ann'"));
            assertThat(forged(url)).isEqualTo(401);
        } finally {
            running.destroyForcibly().waitFor();
            Files.delete(program);
            Files.delete(out);
        }
    }

    private static int forged(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("webhook-id", "evt_1")
                                .header("webhook-timestamp", Long.toString(System.currentTimeMillis() / 1000))
                                .header("webhook-signature", "v1,AAAA")
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
