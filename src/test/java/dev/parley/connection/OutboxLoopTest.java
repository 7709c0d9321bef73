package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop that sends: one at a time, on a flat stack, and never on one thread for long. */
@Timeout(60)
final class OutboxLoopTest {
    private static final Outbox.Bounds ROOMY = Peer.ROOMY;
    private static final int FLAT_STACK = 150; // frames; a send inside a send inside a send … would soon be beyond it

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final ScriptedWire wire = new ScriptedWire();
    private final RecordingOwner owner = new RecordingOwner();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void aCompletionOnAnotherThreadStartsTheNext() throws Exception {
        Outbox outbox = outbox(ROOMY);
        ExecutorService container = Executors.newSingleThreadExecutor();
        try {
            wire.script(ScriptedWire.Script.on(container));
            List<String> texts = numbers(1_000);

            texts.forEach(text -> offer(outbox, text));

            assertThat(wire.awaitTexts(texts.size())).isEqualTo(texts);
            assertThat(wire.overlaps()).isZero();
        } finally {
            stop(container);
        }
    }

    @Test
    void fiftySendersAtOnceHaveOneWriteInFlightAndLoseNothing() throws Exception {
        Outbox outbox = outbox(ROOMY);
        ExecutorService container = Executors.newFixedThreadPool(2);
        ExecutorService senders = Executors.newFixedThreadPool(50);
        try {
            AtomicInteger turn = new AtomicInteger();
            wire.script(completion -> {
                if (turn.getAndIncrement() % 3 == 0) {
                    container.execute(() -> completion.completed(null));
                } else {
                    completion.completed(null);
                }
            });

            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> sending = new ArrayList<>();
            for (int sender = 0; sender < 50; sender++) {
                String prefix = sender + " ";
                sending.add(senders.submit(() -> {
                    start.await();
                    numbers(200).forEach(number -> offer(outbox, prefix + number));
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> each : sending) {
                each.get(30, TimeUnit.SECONDS);
            }

            List<String> texts = wire.awaitTexts(50 * 200);
            assertThat(wire.overlaps()).isZero();
            for (int sender = 0; sender < 50; sender++) {
                String prefix = sender + " ";
                assertThat(texts.stream().filter(text -> text.startsWith(prefix)))
                        .isEqualTo(numbers(200).stream()
                                .map(number -> prefix + number)
                                .toList());
            }
        } finally {
            stop(senders);
            stop(container);
        }
    }

    @Test
    void aHundredThousandSendsThatCompleteInsideTheCallLeaveTheStackFlat() {
        Outbox outbox = outbox(ROOMY);
        DepthGauge depth = new DepthGauge();
        wire.hold();
        offer(outbox, "first");
        Outgoing message = new Outgoing("again");
        for (int i = 0; i < 100_000; i++) {
            outbox.offer(List.of(message));
        }

        wire.script(completion -> {
            depth.look();
            completion.completed(null);
        });
        wire.completeNext();

        wire.awaitTexts(100_001);
        assertThat(depth.deepest()).isLessThan(FLAT_STACK);
        assertThat(owner.broken).isEmpty();
    }

    @Test
    void aHundredThousandSendsFromInsideTheCompletionLeaveTheStackFlat() {
        Outbox outbox = outbox(ROOMY);
        DepthGauge depth = new DepthGauge();
        Outgoing message = new Outgoing("again");
        AtomicInteger left = new AtomicInteger(100_000);
        wire.script(completion -> {
            depth.look();
            completion.completed(null);
            if (left.decrementAndGet() > 0) {
                outbox.offer(List.of(message));
            }
        });

        outbox.offer(List.of(message));

        wire.awaitTexts(100_000);
        assertThat(depth.deepest()).isLessThan(FLAT_STACK);
        assertThat(wire.overlaps()).isZero();
    }

    @Test
    void aFastWireDoesNotCaptureTheThreadThatFindsMuchToSend() {
        Outbox outbox = outbox(ROOMY);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        wire.hold();
        offer(outbox, "first");
        numbers(500).forEach(text -> offer(outbox, text));

        wire.script(completion -> {
            threads.add(Thread.currentThread());
            completion.completed(null);
        });
        wire.completeNext();
        wire.awaitTexts(501);

        assertThat(threads.stream().filter(Thread.currentThread()::equals))
                .hasSizeLessThanOrEqualTo(Outbox.CALLS_PER_RUN);
        assertThat(threads.stream().filter(thread -> thread != Thread.currentThread()))
                .allMatch(thread -> thread.getName().startsWith("parley-fanout"));
    }

    @Test
    void offeringAfterTheWorkersHaveStoppedNeitherThrowsNorBlocks() {
        Outbox outbox = outbox(ROOMY);
        workers.close();

        outbox.offer(numbers(1_000).stream().map(Outgoing::new).toList()); // more than one thread's share

        assertThat(offer(outbox, "a")).isEqualTo(Outbox.Offer.CLOSED);
    }

    private Outbox outbox(Outbox.Bounds bounds) {
        return new Outbox(wire, owner, bounds, workers, clock, new Budget(Long.MAX_VALUE));
    }

    private static Outbox.Offer offer(Outbox outbox, String text) {
        return outbox.offer(List.of(new Outgoing(text)));
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static void stop(ExecutorService executor) throws InterruptedException {
        executor.shutdownNow();
        assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    /** The greatest depth of the stack seen, looked at every thousandth time, because looking is dear. */
    private static final class DepthGauge {
        private final AtomicInteger looks = new AtomicInteger();
        private final AtomicLong deepest = new AtomicLong();

        void look() {
            if (looks.getAndIncrement() % 1_000 == 999) {
                deepest.accumulateAndGet(StackWalker.getInstance().walk(Stream::count), Math::max);
            }
        }

        long deepest() {
            return deepest.get();
        }
    }
}
