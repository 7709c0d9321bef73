package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals wait beside the queue: they take nothing from messages, and are given up first. */
@Timeout(60)
final class OutboxSignalTest {
    private final Workers workers = new Workers();
    private final ScriptedWire wire = new ScriptedWire();
    private final RecordingOwner owner = new RecordingOwner();
    private final Budget budget = new Budget(Long.MAX_VALUE);
    private final Outbox outbox = outbox(new Outbox.Bounds(3, 1_000));

    private Outbox outbox(Outbox.Bounds bounds) {
        return new Outbox(wire, owner, bounds, workers, new ManualClock(), budget);
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    private static List<Outgoing> numbered(String prefix, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> new Outgoing(prefix + i))
                .toList();
    }

    private void say(String text) {
        assertThat(outbox.offer(List.of(new Outgoing(text)))).isEqualTo(Outbox.Offer.ACCEPTED);
    }

    @Test
    void aSignalLeavesAtOnceWhereNothingWaits() {
        assertThat(outbox.offerSignals(numbered("s", 2))).isZero();

        assertThat(wire.texts()).containsExactly("s1", "s2");
        assertThat(budget.used()).isZero();
    }

    @Test
    void messagesOvertakeSignalsThatWait() {
        wire.hold();
        say("in flight");
        outbox.offerSignals(numbered("s", 2));
        say("a");
        say("b");
        wire.release();

        assertThat(wire.texts()).containsExactly("in flight", "a", "b", "s1", "s2");
        assertThat(budget.used()).isZero();
    }

    @Test
    void aFloodOfSignalsLeavesTheLastOnesAndFillsNothing() {
        wire.hold();
        say("in flight");
        int given = 0;
        for (Outgoing signal : numbered("s", 10_000)) {
            given += outbox.offerSignals(List.of(signal));
        }

        assertThat(given).isEqualTo(10_000 - SignalQueue.MAX_SIGNALS);
        assertThat(outbox.queue.isFilling()).isFalse();
        assertThat(outbox.queue.depth().waiting()).isZero();
        for (String text : List.of("a", "b", "c")) {
            say(text); // as many as if there were no signals
        }
        assertThat(outbox.offer(List.of(new Outgoing("d")))).isEqualTo(Outbox.Offer.FULL);
        wire.release();

        assertThat(wire.texts())
                .startsWith("in flight", "a", "b", "c", "s" + (10_000 - SignalQueue.MAX_SIGNALS + 1))
                .endsWith("s10000");
        assertThat(budget.used()).isZero();
    }

    @Test
    void signalsAreBoundedInBytes() {
        wire.hold();
        say("in flight");
        String long1 = "x".repeat((int) SignalQueue.MAX_BYTES / 2);

        assertThat(outbox.offerSignals(List.of(new Outgoing(long1), new Outgoing(long1), new Outgoing("last"))))
                .isEqualTo(1);
    }

    /** A replay is longer than an outbox may be, and has room where no message waits. */
    @Test
    void aSignalThatIsBeingWrittenKeepsNoMessageOut() {
        wire.hold();
        outbox.offerSignals(numbered("s", 1));

        assertThat(outbox.offer(numbered("m", 10))).isEqualTo(Outbox.Offer.ACCEPTED);
    }

    @Test
    void whoWaitsForTheAnswerDoesNotWaitForSignals() throws InterruptedException {
        wire.hold();
        outbox.offerSignals(numbered("s", 3));

        outbox.flush.await(TimeUnit.HOURS.toNanos(1)); // or the test times out
    }

    @Test
    void aMarkIsReachedWithTheMessageBeforeItWhateverIsSignalled() {
        wire.hold();
        say("in flight");
        say("marked");
        outbox.offerSignals(numbered("s", 5));
        List<String> reached = new ArrayList<>();
        outbox.flush.afterwards(() -> reached.addAll(wire.texts()));
        wire.completeNext();
        assertThat(reached).isEmpty();
        wire.completeNext();

        assertThat(reached).startsWith("in flight", "marked");
    }

    @Test
    void signalsLeaveTogetherWhereTheWireCanDoThat() {
        ScriptedWire wide = new ScriptedWire(16);
        Outbox batched = new Outbox(wide, owner, new Outbox.Bounds(3, 1_000), workers, new ManualClock(), budget);

        batched.offerSignals(numbered("s", 10));

        assertThat(wide.batches()).containsExactly(10);
    }

    /** Such as a stream of events. */
    @Test
    void aWireThatTakesNoSignalsIsSentNone() {
        Wire deaf = (Wire) Proxy.newProxyInstance(
                Wire.class.getClassLoader(), new Class<?>[] {Wire.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "batch" -> 1;
                        case "takesSignals" -> false;
                        default -> throw new AssertionError("unexpected call of " + method);
                    };
                });
        Outbox closed = new Outbox(deaf, owner, new Outbox.Bounds(3, 1_000), workers, new ManualClock(), budget);

        assertThat(closed.offerSignals(numbered("s", 3))).isZero();
        assertThat(budget.used()).isZero();
        assertThat(owner.broken).isEmpty();
    }

    @Test
    void afterTheFarewellNothingIsSignalled() {
        wire.hold();
        say("in flight");
        outbox.offerSignals(numbered("s", 3));
        outbox.finish(CloseCode.GOING_AWAY);
        assertThat(outbox.offerSignals(numbered("t", 3))).isZero();
        wire.release();

        assertThat(wire.texts()).containsExactly("in flight");
        assertThat(owner.farewells).containsExactly(CloseCode.GOING_AWAY);
        assertThat(budget.used()).isZero();
    }

    @Test
    void whatIsGivenUpIsCountedInTheBudgetNoMore() {
        wire.hold();
        say("in flight");
        outbox.offerSignals(numbered("s", 3));
        assertThat(outbox.queue.held()).isPositive();

        outbox.queue.over();

        assertThat(budget.used()).isZero();
        assertThat(outbox.queue.held()).isZero();
    }
}
