package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OutboxPingTest {
    private static final Outbox.Bounds ROOMY = Peer.ROOMY;

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final ScriptedWire wire = new ScriptedWire();
    private final RecordingOwner owner = new RecordingOwner();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void aPingWaitsForTheWriteInFlight() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();
        offer(outbox, "a");

        outbox.ping();
        settle();
        assertThat(wire.pings()).isZero();

        wire.completeNext();
        settle();
        assertThat(wire.pings()).isEqualTo(1);
        assertThat(wire.overlaps()).isZero();
    }

    @Test
    void aMessageWaitsForThePingThatIsUnderWay() {
        Outbox outbox = outbox(ROOMY);
        List<Wire.Completion> pings = new CopyOnWriteArrayList<>();
        wire.onPing(pings::add);

        outbox.ping();
        settle();
        offer(outbox, "a");
        assertThat(wire.texts()).isEmpty();

        pings.get(0).completed(null);
        assertThat(wire.texts()).containsExactly("a");
        assertThat(wire.overlaps()).isZero();
    }

    @Test
    void noSecondPingLeavesWhileOneWaitsOrIsUnderWay() {
        Outbox outbox = outbox(ROOMY);
        List<Wire.Completion> pings = new CopyOnWriteArrayList<>();
        wire.onPing(pings::add);
        wire.hold();
        offer(outbox, "a");
        outbox.ping();
        outbox.ping();

        wire.completeNext();
        settle();
        outbox.ping();
        settle();
        pings.get(0).completed(null);
        settle();
        assertThat(wire.pings()).isEqualTo(1);

        outbox.ping();
        settle();
        assertThat(wire.pings()).isEqualTo(2);
    }

    @Test
    void aPingThatHasLeftIsReportedWithTheTimeAtWhichItsCallBegan() {
        Outbox outbox = outbox(ROOMY);
        long startedAt = clock.getAsLong();
        wire.onPing(completion -> {
            clock.advanceNanos(5);
            completion.completed(null);
        });

        outbox.ping();
        settle();

        assertThat(owner.pinged).containsExactly(startedAt);
    }

    @Test
    void aPingThatCompletesTwiceDoesNotOpenTheGateForASecondWrite() {
        Outbox outbox = outbox(ROOMY);
        List<Wire.Completion> pings = new CopyOnWriteArrayList<>();
        wire.onPing(pings::add);
        wire.hold();
        outbox.ping();
        settle();
        offer(outbox, "a");
        offer(outbox, "b");

        pings.get(0).completed(null);
        pings.get(0).completed(null);

        assertThat(wire.texts()).containsExactly("a");
    }

    @Test
    void aPingThatFailsBreaksTheOutbox() {
        Outbox outbox = outbox(ROOMY);
        IllegalStateException failure = new IllegalStateException("closed");
        wire.onPing(ScriptedWire.Script.failing(failure));

        outbox.ping();
        settle();

        assertThat(owner.broken).containsExactly(failure);
        assertThat(owner.pinged).isEmpty();
        assertThat(offer(outbox, "a")).isEqualTo(Outbox.Offer.CLOSED);
    }

    @Test
    void aPingThatThrowsBreaksTheOutboxAndNotTheTimer() {
        Outbox outbox = outbox(ROOMY);
        IllegalStateException failure = new IllegalStateException("busy");
        wire.onPing(ScriptedWire.Script.throwing(failure));

        outbox.ping();
        settle();

        assertThat(owner.broken).containsExactly(failure);
    }

    @Test
    void anOutboxThatHasEndedPingsNoMore() {
        Outbox finished = outbox(ROOMY);
        finished.finish(CloseCode.NORMAL);
        Outbox discarded = outbox(ROOMY);
        discarded.queue.discard();

        finished.ping();
        discarded.ping();
        settle();

        assertThat(wire.pings()).isZero();
    }

    /** Waits for pings that leave on another thread. */
    private void settle() {
        Clog.settle(workers.pings());
    }

    private Outbox outbox(Outbox.Bounds bounds) {
        return new Outbox(wire, owner, bounds, workers, clock, new Budget(Long.MAX_VALUE));
    }

    private static Outbox.Offer offer(Outbox outbox, String text) {
        return outbox.offer(List.of(new Outgoing(text)));
    }
}
