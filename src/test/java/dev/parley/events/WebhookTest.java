package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.ConnectionClosed;
import dev.parley.Json;
import dev.parley.MemberJoined;
import dev.parley.MemberLeft;
import dev.parley.Message;
import dev.parley.MessagePublished;
import dev.parley.Position;
import dev.parley.RoomName;
import dev.parley.handshake.RecordedLog;
import dev.parley.node.Budget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a receiver on this machine. */
@Timeout(60)
final class WebhookTest {
    /** That of the specification's own example. */
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Webhook.Timing FAST = new Webhook.Timing(Duration.ofSeconds(5), Duration.ofMillis(1));

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final LinkedBlockingQueue<Posted> posted = new LinkedBlockingQueue<>();
    private final Budget budget = new Budget(Long.MAX_VALUE);
    private HttpServer server;
    private volatile Receiver receiver = post -> 204;
    private @Nullable Webhook webhook;

    private record Posted(String path, String id, String timestamp, String signature, String body) {
        String user() {
            return body.replaceFirst(".*\"user\":\"([^\"]*)\".*", "$1");
        }
    }

    private interface Receiver {
        int answer(Posted post) throws Exception;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        Posted post = new Posted(
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst("webhook-id"),
                exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                exchange.getRequestHeaders().getFirst("webhook-signature"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        posted.add(post);
        try {
            int status = receiver.answer(post);
            if (status / 100 == 3) {
                exchange.getResponseHeaders().set("Location", "/elsewhere");
            }
            exchange.sendResponseHeaders(status, -1);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        } finally {
            exchange.close();
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (webhook != null) {
            webhook.close(Duration.ZERO);
        }
        server.stop(0);
        threads.shutdownNow();
    }

    private Webhook webhook(URI place, Webhook.Timing timing) {
        Webhook made = new Webhook(
                new Webhook.Target(place, new WebhookSecret(SECRET), Set.of(MemberJoined.class), Set.of()),
                timing,
                budget,
                InstantSource.fixed(NOW));
        webhook = made;
        return made;
    }

    private Webhook webhook() {
        return webhook(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook?t=hidden"), FAST);
    }

    private static MemberJoined joined(String room, String user) {
        return new MemberJoined(new RoomName(room, Map.of()), user, NOW);
    }

    private Posted next() throws InterruptedException {
        Posted post = posted.poll(20, TimeUnit.SECONDS);
        assertThat(post).isNotNull();
        return post;
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /** Values of the specification's libraries. */
    @Test
    void signaturesAreThoseOfStandardWebhooks() {
        assertThat(new WebhookSecret(SECRET).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assertThat(new WebhookSecret(SECRET + ", whsec_" + "A".repeat(32)).sign("id", 1, "x"))
                .matches("v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-"})
    void aSecretThatIsNoneIsNotRepeated(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WebhookSecret(text))
                .withMessageNotContaining("MfKQ")
                .withMessageNotContaining("short");
    }

    @Test
    void bodiesAreJson() {
        RoomName room = new RoomName("order-42", Map.of("id", "42"));
        assertThat(Delivery.body(new MemberLeft(room, "ann \"the\" one", NOW)))
                .isEqualTo("{\"type\":\"member.left\",\"timestamp\":\"2026-01-02T03:04:05.678Z\","
                        + "\"data\":{\"room\":\"order-42\",\"user\":\"ann \\\"the\\\" one\"}}");
        assertThat(Delivery.body(new MessagePublished(
                        room,
                        new Position("e", 7, "m"),
                        new Message.Author("ann", "c1"),
                        Json.raw("{\"parcels\":2}"),
                        NOW)))
                .isEqualTo("{\"type\":\"message.published\",\"timestamp\":\"2026-01-02T03:04:05.678Z\","
                        + "\"data\":{\"room\":\"order-42\",\"user\":\"ann\",\"connection\":\"c1\",\"epoch\":\"e\",\"seq\":7,"
                        + "\"message\":\"m\",\"data\":{\"parcels\":2}}}");
        assertThat(Delivery.body(new ConnectionClosed("c1", "", "/rooms", "peer", NOW, NOW)))
                .contains("\"type\":\"connection.closed\"", "\"endpoint\":\"/rooms\"", "\"cause\":\"peer\"");
    }

    @Test
    void thePageShowsWhatIsPosted() throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/events.md"));
        assertThat(page).contains(Delivery.body(joined("order-42", "ann")));
        Events.KINDS.forEach(
                (name, kind) -> assertThat(page).contains("| `" + kind.getSimpleName() + "` | `" + name + "` |"));
    }

    @Test
    void anEventIsPostedSignedAndAtOnce() throws Exception {
        Webhook hook = webhook();
        hook.give(joined("order-42", "ann"));

        Posted post = next();
        assertThat(post.path()).isEqualTo("/hook");
        assertThat(post.timestamp()).isEqualTo(Long.toString(NOW.getEpochSecond()));
        assertThat(post.signature())
                .isEqualTo(new WebhookSecret(SECRET).sign(post.id(), NOW.getEpochSecond(), post.body()));
        assertThat(post.body()).isEqualTo(Delivery.body(joined("order-42", "ann")));
        until(() -> hook.waiting() == 0);
        assertThat(hook.counts()).isEqualTo(Map.of("delivered", 1L, "failed", 0L, "given_up", 0L));
        assertThat(budget.used()).isZero();
    }

    @Test
    void thoseOfARoomComeInOrderUnderTheirIdsAndOtherRoomsDoNotWait() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        int[] failures = {3};
        receiver = post -> {
            if (post.user().equals("ann-0") && failures[0]-- > 0) {
                if (failures[0] == 0) {
                    goOn.await();
                }
                return 500;
            }
            return 200;
        };
        Webhook hook = webhook();
        for (int i = 0; i < 20; i++) {
            hook.give(joined("order-1", "ann-" + i));
        }
        List<Posted> first = List.of(next(), next(), next());
        assertThat(first).extracting(Posted::user).containsOnly("ann-0");
        assertThat(first).extracting(Posted::id).containsOnly(first.get(0).id());
        hook.give(joined("order-2", "bob"));
        assertThat(next().user()).isEqualTo("bob");
        goOn.countDown();

        List<String> users = new ArrayList<>();
        while (users.size() < 20) {
            users.add(next().user());
        }
        assertThat(users)
                .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "ann-" + i).toList());
        until(() -> hook.waiting() == 0);
        assertThat(hook.counts()).isEqualTo(Map.of("delivered", 21L, "failed", 3L, "given_up", 0L));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307, 404, 503})
    void whatIsNotTakenIsGivenUpInTheEndAndTheNextOneComesAndNoRedirectIsFollowed(int status) throws Exception {
        receiver = post -> post.user().equals("ann") ? status : 200;
        Webhook hook = webhook();
        try (RecordedLog log = RecordedLog.of(Webhook.class.getName())) {
            hook.give(joined("order-1", "ann"));
            hook.give(joined("order-1", "bob"));
            until(() -> hook.waiting() == 0);

            assertThat(hook.counts())
                    .isEqualTo(Map.of("delivered", 1L, "failed", (long) Webhook.ATTEMPTS, "given_up", 1L));
            assertThat(posted)
                    .hasSize(Webhook.ATTEMPTS + 1)
                    .extracting(Posted::path)
                    .containsOnly("/hook");
            assertThat(log.lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line)
                            .startsWith("WARNING")
                            .contains("webhook at 127.0.0.1", "status " + status)
                            .doesNotContain("hidden", "MfKQ", "ann"));
        }
    }

    @Test
    void aReceiverThatHangsIsLeftAfterAWhileAndTheNodeGoesOn() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Webhook hook = webhook(
                    URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/"),
                    new Webhook.Timing(Duration.ofMillis(100), Duration.ofMinutes(1)));
            long began = System.nanoTime();
            for (int i = 0; i < DeliveryQueue.MAX_DELIVERIES + 10; i++) {
                hook.give(joined("room-" + i, "ann"));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
            assertThat(hook.counts().get("given_up")).isEqualTo(10);
            until(() -> hook.counts().get("failed") >= 16); // more than are asked at once

            began = System.nanoTime();
            hook.close(Duration.ofMillis(200));
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            assertThat(budget.used()).isZero();
        }
    }

    @Test
    void whatWaitsIsBoundedInBytesAndGivesWayWhenMemoryIsShort() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        receiver = post -> {
            goOn.await();
            return 200;
        };
        Webhook hook = webhook();
        String megabyte = "\"" + "x".repeat(1 << 20) + "\"";
        for (int i = 0; i < 20; i++) {
            hook.give(new MessagePublished(
                    new RoomName("lobby", Map.of()),
                    new Position("e", i, "m"),
                    new Message.Author("ann", "c"),
                    Json.raw(megabyte),
                    NOW));
        }
        assertThat(hook.held()).isBetween(1L << 20, DeliveryQueue.MAX_BYTES);
        assertThat(budget.used()).isEqualTo(hook.held());
        int waiting = hook.waiting();
        assertThat(hook.counts().get("given_up")).isEqualTo(20 - waiting);

        hook.giveWay();
        assertThat(hook.waiting()).isEqualTo(1); // the one that is being posted
        assertThat(hook.counts().get("given_up")).isEqualTo(19);
        goOn.countDown();
        until(() -> hook.waiting() == 0);
        assertThat(budget.used()).isZero();
    }
}
