package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Crowd;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The engine is away for a while, under many connections to two nodes.
 *
 * <p>How long, how many and in how many rooms is said by {@code -Doutage.seconds}, {@code -Doutage.connections} and
 * {@code -Doutage.rooms}.
 */
@Tag("full") // takes a minute
@Tag("standalone")
final class OutageIT {
    private static final int SECONDS = Integer.getInteger("outage.seconds", 6);
    private static final int CONNECTIONS = Integer.getInteger("outage.connections", 400);
    private static final int ROOMS = Integer.getInteger("outage.rooms", 20);
    private static final int WAVE = 200;
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PARLEY_CONNECTIONS_PER_ADDRESS", "20000", "PARLEY_HEARTBEAT", "10m");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @Test
    void ofRedisEndsNoConnectionAndCostsOneReadARoomAndNode() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE)) {
            outage(engine);
        }
    }

    @Test
    void ofPostgresEndsNoConnectionAndCostsOneReadARoomAndNode() throws Exception {
        try (EngineProcess engine = PostgresServer.launch()) {
            outage(engine);
        }
    }

    private static void outage(EngineProcess engine) throws Exception {
        Heard heard = new Heard();
        List<Crowd> crowds = new ArrayList<>(); // each says who it is before the nodes lose patience with it
        try (ExecutableWar one = node(engine);
                ExecutableWar other = node(engine)) {
            List<UpgradeRequest> requests = requests(Site.at(one.url()), Site.at(other.url()));
            for (int from = 0; from < CONNECTIONS; from += WAVE) {
                int to = Math.min(CONNECTIONS, from + WAVE);
                Crowd crowd = Crowd.gather(requests.subList(from, to), heard);
                crowds.add(crowd);
                for (int i = from; i < to; i++) {
                    crowd.sendText(i - from, "{\"id\":1,\"type\":\"connect\",\"token\":\"user" + i + "\"}");
                    crowd.sendText(i - from, "{\"id\":2,\"type\":\"join\",\"room\":\"" + room(i) + "\"}");
                }
                await("all are in").atMost(Duration.ofSeconds(30)).until(() -> heard.joined.get() == to);
            }
            Crowd crowd = crowds.get(0);
            say(crowd, heard, "before");
            long[] repairsBefore = {repairs(one), repairs(other)};
            int gapsBefore = heard.gaps.get();

            engine.kill();
            crowd.sendText(0, "{\"id\":3,\"type\":\"send\",\"room\":\"" + room(0) + "\",\"key\":\"k\",\"data\":1}");
            boolean unused = new CountDownLatch(1).await(SECONDS, TimeUnit.SECONDS);
            engine.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> isReady(one) && isReady(other));
            long[] repairs = {repairs(one) - repairsBefore[0], repairs(other) - repairsBefore[1]};
            say(crowd, heard, "after");

            System.out.println("outage: " + CONNECTIONS + " connections, " + ROOMS + " rooms, " + SECONDS
                    + " s; reads of rooms by the nodes: " + repairs[0] + ", " + repairs[1] + "; refused: "
                    + heard.refused
                    + ", gaps: " + (heard.gaps.get() - gapsBefore));
            assertThat(heard.ended).isEmpty();
            assertThat(heard.gaps.get()).isEqualTo(gapsBefore);
            assertThat(repairs[0]).isBetween((long) ROOMS, 2L * ROOMS);
            assertThat(repairs[1]).isBetween((long) ROOMS, 2L * ROOMS);
        } finally {
            crowds.forEach(Crowd::close);
        }
    }

    /** One in each room says it, and everybody hears it. */
    private static void say(Crowd crowd, Heard heard, String what) {
        heard.messages.set(0);
        for (int i = 0; i < ROOMS; i++) {
            crowd.sendText(
                    i,
                    "{\"id\":9,\"type\":\"send\",\"room\":\"" + room(i) + "\",\"key\":\"" + what + "\",\"data\":\""
                            + what + "\"}");
        }
        await(what).atMost(Duration.ofSeconds(60)).until(() -> heard.messages.get() >= CONNECTIONS);
    }

    private static String room(int member) {
        return "outage-" + member % ROOMS;
    }

    private static List<UpgradeRequest> requests(Site one, Site other) {
        List<UpgradeRequest> requests = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) { // both nodes have members in every room
            requests.add(RoomsClient.handshake(i / ROOMS % 2 == 0 ? one : other));
        }
        return requests;
    }

    private static ExecutableWar node(EngineProcess engine) {
        return ExecutableWar.start(
                ParleyWar.file(), List.of("-Xmx1g"), ENVIRONMENT, "--port", "0", "--backplane", engine.address());
    }

    private static boolean isReady(ExecutableWar node) throws Exception {
        return get(node, "health/ready").statusCode() == 200;
    }

    private static long repairs(ExecutableWar node) throws Exception {
        String metrics = get(node, "metrics").body();
        Matcher matcher = Pattern.compile("(?m)^parley_backplane_repairs_total(?:\\{[^}]*})? ([0-9.]+)$")
                .matcher(metrics);
        assertThat(matcher.find()).as(metrics).isTrue();
        return (long) Double.parseDouble(matcher.group(1));
    }

    private static java.net.http.HttpResponse<String> get(ExecutableWar node, String path) throws Exception {
        URI uri = node.url().toURI().resolve(path);
        return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    /** What the crowd hears; on the crowd's thread. */
    private static final class Heard implements Crowd.Witness {
        private final AtomicInteger joined = new AtomicInteger();
        private final AtomicInteger messages = new AtomicInteger();
        private final AtomicInteger gaps = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();
        private final Queue<String> ended = new ConcurrentLinkedQueue<>();

        @Override
        public void text(int member, ByteBuffer utf8) {
            String text = StandardCharsets.UTF_8.decode(utf8).toString();
            if (text.contains("\"type\":\"message\"")) {
                messages.incrementAndGet();
            } else if (text.contains("\"type\":\"joined\"")) {
                joined.incrementAndGet();
            } else if (text.contains("\"type\":\"gap\"")) {
                gaps.incrementAndGet();
            } else if (text.contains("\"backplane-unavailable\"")) {
                refused.incrementAndGet();
            }
        }

        @Override
        public void ended(int member, int code, String reason) {
            ended.add(member + " " + code + " " + reason);
        }
    }
}
