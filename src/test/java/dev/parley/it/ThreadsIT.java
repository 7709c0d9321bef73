package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.jdi.VMDisconnectedException;
import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.RawWebSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each kind of thread that a node has of its own meets the errors that end threads, in the middle of its work: then the work
 * goes on, or health is down within ten seconds, or the process is gone; and in the end everything works.
 */
@Tag("standalone")
@Tag("long")
@Timeout(600)
final class ThreadsIT {
    private static final Duration DOWN_WITHIN = Duration.ofSeconds(10);
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final int ENDED_FOR_WANT_OF_MEMORY = 3;

    @Test
    void ofANodeByItself() throws Exception {
        kill("parley-");
    }

    @Test
    void ofANodeOnRedis() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE)) {
            kill(ENGINES, "--backplane", engine.address());
        }
    }

    @Test
    void ofANodeOnPostgres() throws Exception {
        try (EngineProcess engine = PostgresServer.launch()) {
            kill(ENGINES, "--backplane", engine.address());
        }
    }

    /** What is thrown where: into which kind of thread, and how many steps into its work. */
    private record Strike(String kind, String error, int step) {
        @Override
        public String toString() {
            return kind + ", " + error + " at step " + step;
        }
    }

    /** The launcher's own, of which the application, and so its health, knows nothing. */
    private static final Set<String> LAUNCHER = Set.of("parley-half-open", "parley-memory-watch");

    /** What only a node with an engine has; the others meet the same in a node by itself. */
    private static final String ENGINES = "parley-backplane";

    private static void kill(String whose, String... arguments) throws Exception {
        List<String> wrongs = new ArrayList<>();
        Victim victim = Victim.start(arguments);
        try {
            List<String> kinds = victim.kinds().stream()
                    .filter(kind -> kind.startsWith(whose))
                    .toList();
            System.out.println("threads: " + kinds);
            assertThat(kinds).isNotEmpty();
            for (String kind : kinds) {
                List<Strike> strikes = List.of(
                        new Strike(kind, "java.lang.LinkageError", 0),
                        new Strike(kind, "java.lang.OutOfMemoryError", 3),
                        new Strike(kind, "java.lang.OutOfMemoryError", 40));
                for (Strike strike : strikes) {
                    if (!survives(victim, strike, wrongs)) {
                        victim.close();
                        victim = Victim.start(arguments);
                    }
                }
            }
        } finally {
            victim.close();
        }
        assertThat(wrongs).isEmpty();
    }

    /** Whether the node lives on as it was. */
    private static boolean survives(Victim victim, Strike strike, List<String> wrongs) throws Exception {
        String what = strike.toString();
        AbusedNode node = victim.node();
        try (Traffic traffic = new Traffic(node)) {
            String where =
                    victim.saboteur().throwIn(strike.kind(), strike.error(), strike.step(), Duration.ofSeconds(4));
            if (where.isEmpty()) {
                System.out.println("threads: " + what + ": it had too little to do");
                return true;
            }
            what += " in " + where;
            AtomicBoolean wasDown = new AtomicBoolean();
            boolean goesOn = victim.saboteur().isReachedAgain(DOWN_WITHIN, () -> {
                if (isDown(node)) {
                    wasDown.set(true);
                }
            });
            if (victim.saboteur().isLeftAlone()) {
                assertThat(node.exitStatus()).isEqualTo(ENDED_FOR_WANT_OF_MEMORY);
                System.out.println("threads: " + what + ": the process ended itself");
                return false;
            }
            if (!goesOn && !wasDown.get()) {
                throw new AssertionError("its work is not done any more, and health has not been down");
            }
            traffic.stop();
            node.mustBeWholeWithin(BOUND);
            System.out.println("threads: " + what + (goesOn ? ": the work goes on" : ": health was down"));
            return true;
        } catch (VMDisconnectedException gone) { // an error of before, perhaps, that somebody tells only now
            assertThat(node.exitStatus()).isEqualTo(ENDED_FOR_WANT_OF_MEMORY);
            System.out.println("threads: " + what + ": the process ended itself");
            return false;
        } catch (RuntimeException | AssertionError e) {
            wrongs.add(what + ": " + e);
            System.out.println("threads: " + what + ": " + e + "\n" + node.tells());
            return false;
        }
    }

    /** A node, and who is after its threads. */
    private record Victim(AbusedNode node, Saboteur saboteur) implements AutoCloseable {
        static Victim start(String... arguments) throws Exception {
            AbusedNode node = AbusedNode.start(
                    Saboteur.LETS_IN,
                    Stream.concat(Stream.of("--heartbeat", "1s"), Stream.of(arguments))
                            .toArray(String[]::new));
            return new Victim(node, Saboteur.of(node));
        }

        /** The threads of Parley's, without their numbers, while it has something to do. */
        List<String> kinds() throws InterruptedException {
            Set<String> kinds = new TreeSet<>();
            try (Traffic traffic = new Traffic(node)) {
                await().atMost(BOUND).pollInterval(Duration.ofMillis(100)).until(() -> {
                    kinds.addAll(saboteur.kinds());
                    return traffic.rounds() > 10;
                });
            }
            kinds.removeAll(LAUNCHER);
            return List.copyOf(kinds);
        }

        @Override
        public void close() {
            saboteur.close();
            node.close();
        }
    }

    private static boolean isDown(AbusedNode node) {
        try {
            HttpResponse health = node.get("/health");
            return health.status() != 200;
        } catch (AssertionError noAnswer) {
            return true;
        }
    }

    /**
     * Somebody who comes, does everything, and goes, again and again; and some who say nothing, so that they are pinged and at
     * last closed.
     */
    private static final class Traffic implements AutoCloseable {
        private static final int SILENT = 5;

        private final Thread thread;
        private final Deque<RawWebSocket> silent = new ArrayDeque<>(); // the thread's own
        private final AtomicInteger rounds = new AtomicInteger();
        private volatile boolean isOver;

        Traffic(AbusedNode node) {
            thread = new Thread(
                    () -> {
                        while (!isOver) {
                            try {
                                silent.add(node.site().open("/ws"));
                                node.mustServe("traffic-" + rounds.get() % 3);
                                talk(node);
                            } catch (AssertionError | RuntimeException disturbed) {
                                // that is what may happen
                            }
                            while (silent.size() > (isOver ? 0 : SILENT)) {
                                silent.remove().close();
                            }
                            rounds.incrementAndGet();
                        }
                    },
                    "traffic");
            thread.setDaemon(true);
            thread.start();
        }

        /** More at once than goes in one write. */
        private static void talk(AbusedNode node) {
            try (RawWebSocket chat = node.site().open("/ws/6?room=traffic")) {
                chat.sendText(IntStream.range(0, 50).mapToObj(i -> "m" + i).toArray(String[]::new));
                chat.receiveTexts(100);
            }
        }

        int rounds() {
            return rounds.get();
        }

        /** Idempotent. */
        void stop() {
            isOver = true;
            try {
                thread.join(BOUND.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }

        @Override
        public void close() {
            stop();
        }
    }
}
