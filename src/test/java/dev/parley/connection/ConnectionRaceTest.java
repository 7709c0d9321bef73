package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.protocol.CloseCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that can end a connection or send on it, at the same time. */
@Timeout(120)
final class ConnectionRaceTest {
    private static final int ROUNDS = 300;
    private static final int STRESS_ROUNDS = 1_500;
    private static final int SENDERS = 3;

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ExecutorService container = Executors.newFixedThreadPool(2);

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        container.shutdownNow();
        workers.close();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(container.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /** What can end a connection whose write is under way and whose outbox has no room left. */
    enum Ending {
        CLOSE {
            @Override
            void end(Peer peer, ManualClock clock) {
                peer.connection().close(CloseCode.NORMAL);
            }
        },
        ABORT {
            @Override
            void end(Peer peer, ManualClock clock) {
                peer.connection().abort(CloseCode.INTERNAL_ERROR);
            }
        },
        GONE {
            @Override
            void end(Peer peer, ManualClock clock) {
                peer.connection().gone();
            }
        },
        OVERFLOW {
            @Override
            void end(Peer peer, ManualClock clock) {
                peer.connection().send("one too many");
            }
        },
        WATCHDOG {
            @Override
            void end(Peer peer, ManualClock clock) {
                peer.connection().check(clock.getAsLong());
            }
        },
        BROKEN_WIRE {
            @Override
            void end(Peer peer, ManualClock clock) {
                peer.wire().takeHeld().completed(new IllegalStateException("broken"));
            }
        };

        abstract void end(Peer peer, ManualClock clock);
    }

    @ParameterizedTest
    @EnumSource
    void whoeverEndsItAtTheSameTimeItEndsOnce(Ending one) throws Exception {
        for (Ending other : Ending.values()) {
            for (int round = 0; round < ROUNDS / Ending.values().length; round++) {
                if (one != Ending.BROKEN_WIRE || other != Ending.BROKEN_WIRE) {
                    endTwice(one, other);
                }
            }
        }
    }

    private void endTwice(Ending one, Ending other) throws Exception {
        Peer peer = new Peer(
                workers, clock, new Outbox.Bounds(1, 1_000), Timing.of(Peer.SEND_TIMEOUT, Duration.ofHours(1)));
        peer.wire().hold();
        peer.connection().send("in flight");
        peer.connection().send("waits");
        clock.advance(Peer.SEND_TIMEOUT.plusNanos(1));
        AtomicInteger ends = new AtomicInteger();
        peer.connection().onEnd(ends::incrementAndGet);

        atOnce(List.of(
                () -> one.end(peer, clock),
                () -> other.end(peer, clock),
                () -> peer.connection().onEnd(ends::incrementAndGet)));
        peer.release(); // for a polite close, which waits for what is in flight
        clock.advance(Peer.SEND_TIMEOUT.plusNanos(1)); // for a broken wire, which waits for the container's own close
        peer.connection().check(clock.getAsLong());
        Clog.settle(workers.closes());

        assertThat(ends).as("%s against %s", one, other).hasValue(2);
        assertThat(peer.forgotten()).as("%s against %s", one, other).isEqualTo(1);
        assertThat(peer.closes()).as("%s against %s", one, other).hasSizeLessThanOrEqualTo(1);
        assertThat(peer.connection().isLive()).isFalse();
    }

    @Test
    void whateverTheInterleavingNothingOvertakesNothingIsLostAndTheCloseIsLast() throws Exception {
        Seed seed = Seed.of(getClass());
        for (int round = 0; round < STRESS_ROUNDS; round++) {
            sendAndEnd(seed.round(round), seed + " round " + round);
        }
    }

    private void sendAndEnd(Random random, String about) throws Exception {
        boolean isPolite = random.nextBoolean();
        int messages = 1 + random.nextInt(150);
        int endAfter = random.nextInt(messages);
        Peer peer = new Peer(workers, clock, Peer.ROOMY, Timing.of(Peer.SEND_TIMEOUT, Duration.ZERO));
        peer.wire().script(anyScript(random));
        AtomicInteger ends = new AtomicInteger();
        peer.connection().onEnd(ends::incrementAndGet);
        CountDownLatch timeToEnd = new CountDownLatch(1);
        List<AtomicInteger> sentBeforeTheEnd = new ArrayList<>();

        List<Thrower> actions = new ArrayList<>();
        for (int sender = 0; sender < SENDERS; sender++) {
            String prefix = sender + " ";
            AtomicInteger sent = new AtomicInteger();
            sentBeforeTheEnd.add(sent);
            boolean decides = sender == 0;
            actions.add(() -> {
                for (int i = 0; i < messages; i++) {
                    if (decides && i == endAfter) {
                        timeToEnd.countDown();
                    }
                    peer.connection().send(prefix + i);
                    if (timeToEnd.getCount() > 0) {
                        sent.set(i + 1);
                    }
                }
            });
        }
        actions.add(() -> {
            timeToEnd.await();
            if (isPolite) {
                peer.connection().close(CloseCode.NORMAL);
            } else {
                peer.connection().abort(CloseCode.GOING_AWAY);
            }
        });
        actions.add(() -> peer.connection().check(clock.getAsLong())); // pings
        atOnce(actions);
        peer.awaitClose();
        Clog.settle(workers.closes());

        List<String> texts = peer.lines();
        for (int sender = 0; sender < SENDERS; sender++) {
            String prefix = sender + " ";
            List<String> own =
                    texts.stream().filter(text -> text.startsWith(prefix)).toList();
            assertThat(own)
                    .as(about)
                    .isEqualTo(IntStream.range(0, own.size())
                            .mapToObj(i -> prefix + i)
                            .toList());
            if (isPolite) {
                assertThat(own)
                        .as(about)
                        .hasSizeGreaterThanOrEqualTo(
                                sentBeforeTheEnd.get(sender).get());
            }
        }
        if (isPolite) {
            assertThat(peer.wire().events()).as(about).last().isEqualTo("close NORMAL");
        }
        assertThat(peer.overlaps()).as(about).isZero();
        assertThat(peer.closes()).as(about).hasSize(1);
        assertThat(peer.forgotten()).as(about).isEqualTo(1);
        assertThat(ends).as(about).hasValue(1);
    }

    private ScriptedWire.Script anyScript(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> ScriptedWire.INLINE;
            case 1 -> ScriptedWire.TWICE;
            case 2 -> ScriptedWire.Script.on(container);
            default ->
                completion -> {
                    if (completion.hashCode() % 2 == 0) { // about every second time
                        container.execute(() -> {
                            completion.completed(null);
                            completion.completed(null);
                        });
                    } else {
                        completion.completed(null);
                    }
                };
        };
    }

    @FunctionalInterface
    private interface Thrower {
        void run() throws Exception;
    }

    /** Runs all of them, as much at the same moment as two cores allow. */
    private void atOnce(List<Thrower> actions) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(actions.size());
        List<Future<?>> running = new ArrayList<>();
        for (Thrower action : actions) {
            running.add(threads.submit(() -> {
                barrier.await(20, TimeUnit.SECONDS);
                action.run();
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(20, TimeUnit.SECONDS);
        }
    }
}
