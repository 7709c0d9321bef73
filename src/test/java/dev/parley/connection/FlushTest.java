package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.node.Budget;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting until the peer has what it asked for. */
@Timeout(60)
final class FlushTest {
    private static final long LONG = Duration.ofSeconds(20).toNanos();
    private static final long SHORT = Duration.ofMillis(30).toNanos();

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final ScriptedWire wire = new ScriptedWire();
    private final RecordingOwner owner = new RecordingOwner();

    private final Outbox outbox = new Outbox(wire, owner, Peer.ROOMY, workers, clock, new Budget(Long.MAX_VALUE));
    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
        workers.close();
    }

    @Test
    void anOutboxWithNothingToSayIsFlushed() throws Exception {
        outbox.flush.await(LONG);
        offer("a");
        outbox.flush.await(LONG);

        assertThat(wire.texts()).containsExactly("a");
    }

    @Test
    void itIsFlushedWhenEverythingIsOnTheWire() throws Exception {
        wire.hold();
        offer("a");
        offer("b");
        Future<?> flushing = flush();

        assertNotDone(flushing);
        wire.completeNext();
        assertNotDone(flushing);
        wire.completeNext();

        assertDone(flushing);
    }

    @Test
    void itIsNotFlushedWhileAnAnswerIsExpected() throws Exception {
        outbox.flush.expectAnswer("key");
        Future<?> flushing = flush();

        assertNotDone(flushing);
        outbox.flush.answered("another key");
        assertNotDone(flushing);
        outbox.flush.answered("key");

        assertDone(flushing);
    }

    @Test
    void theAnswerItselfIsWaitedForToo() throws Exception {
        wire.hold();
        outbox.flush.expectAnswer("key");
        Future<?> flushing = flush();

        offer("the answer");
        outbox.flush.answered("key");
        assertNotDone(flushing);
        wire.completeNext();

        assertDone(flushing);
    }

    @Test
    void nobodyWaitsLongerThanAsked() throws Exception {
        outbox.flush.expectAnswer("key");

        outbox.flush.await(SHORT); // and comes back
    }

    @Test
    void aPeerThatHasStoppedReadingIsNotWaitedFor() throws Exception {
        wire.script(ScriptedWire.NEVER);
        offer("a");
        clock.advanceNanos(LONG);

        outbox.flush.await(LONG); // and comes back
    }

    @Test
    void whatHasEndedIsNotWaitedFor() throws Exception {
        outbox.flush.expectAnswer("key");
        outbox.queue.discard();

        outbox.flush.await(LONG); // and comes back
    }

    @Test
    void whoWaitsIsToldOfTheEnd() throws Exception {
        wire.script(ScriptedWire.NEVER);
        offer("a");
        Future<?> flushing = flush();
        assertNotDone(flushing);

        outbox.queue.discard();

        assertDone(flushing);
    }

    private Future<?> flush() {
        return threads.submit(() -> {
            outbox.flush.await(LONG);
            return null;
        });
    }

    private static void assertDone(Future<?> flushing) throws Exception {
        flushing.get(LONG / 2, TimeUnit.NANOSECONDS);
    }

    private static void assertNotDone(Future<?> flushing) {
        assertThatThrownBy(() -> flushing.get(SHORT, TimeUnit.NANOSECONDS)).isInstanceOf(TimeoutException.class);
    }

    private void offer(String text) {
        outbox.offer(List.of(new Outgoing(text)));
    }
}
