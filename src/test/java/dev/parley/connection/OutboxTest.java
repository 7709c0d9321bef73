package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OutboxTest {
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
    void messagesLeaveInTheOrderInWhichTheyWereOffered() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();
        List<String> texts = numbers(10);

        texts.forEach(text -> offer(outbox, text));
        texts.forEach(text -> wire.completeNext());

        assertThat(wire.texts()).isEqualTo(texts);
    }

    @Test
    void theNextMessageWaitsForTheCompletionOfTheOneBefore() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();

        offer(outbox, "a");
        offer(outbox, "b");
        assertThat(wire.texts()).containsExactly("a");

        wire.completeNext();
        assertThat(wire.texts()).containsExactly("a", "b");
    }

    @Test
    void aSecondCompletionDoesNotOpenTheGateForASecondWrite() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();
        List.of("a", "b", "c").forEach(text -> offer(outbox, text));

        Wire.Completion first = wire.completeNext();
        first.completed(null);
        first.completed(null);

        assertThat(wire.texts()).containsExactly("a", "b");
    }

    @Test
    void aWireThatCompletesEverythingTwiceGetsOneWriteAtATime() {
        Outbox outbox = outbox(ROOMY);
        wire.script(ScriptedWire.TWICE);
        List<String> texts = numbers(1_000);

        texts.forEach(text -> offer(outbox, text));

        assertThat(wire.awaitTexts(1_000)).isEqualTo(texts);
        assertThat(wire.overlaps()).isZero();
    }

    @Test
    void aSecondCompletionThatSpeaksOfFailureBreaksNothing() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();
        List.of("a", "b").forEach(text -> offer(outbox, text));

        wire.completeNext().completed(new IllegalStateException("too late"));
        wire.completeNext();

        assertThat(owner.broken).isEmpty();
        assertThat(offer(outbox, "c")).isEqualTo(Outbox.Offer.ACCEPTED);
    }

    @Test
    void aFailedSendBreaksTheOutboxAndNothingMoreIsWritten() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();
        List.of("a", "b").forEach(text -> offer(outbox, text));
        IllegalStateException failure = new IllegalStateException("closed");

        wire.takeHeld().completed(failure);

        assertThat(owner.broken).containsExactly(failure);
        assertThat(wire.texts()).containsExactly("a");
        assertThat(offer(outbox, "c")).isEqualTo(Outbox.Offer.CLOSED);
    }

    @Test
    void aFailureThatIsTakenBackStaysAFailure() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();
        List.of("a", "b").forEach(text -> offer(outbox, text));

        Wire.Completion completion = wire.takeHeld();
        completion.completed(new IllegalStateException("closed"));
        completion.completed(null);

        assertThat(wire.texts()).containsExactly("a");
        assertThat(offer(outbox, "c")).isEqualTo(Outbox.Offer.CLOSED);
    }

    @Test
    void aWireThatThrowsBreaksTheOutboxAndNotTheSender() {
        Outbox outbox = outbox(ROOMY);
        IllegalStateException failure = new IllegalStateException("TEXT_FULL_WRITING");
        wire.script(ScriptedWire.Script.throwing(failure));

        assertThat(offer(outbox, "a")).isEqualTo(Outbox.Offer.ACCEPTED);

        assertThat(owner.broken).containsExactly(failure);
        assertThat(offer(outbox, "b")).isEqualTo(Outbox.Offer.CLOSED);
    }

    @Test
    void aWireThatDiesBreaksTheOutboxAndNotTheSender() {
        Outbox outbox = outbox(ROOMY);
        NoClassDefFoundError failure = new NoClassDefFoundError("undeployed");
        wire.script(ScriptedWire.Script.dying(failure));

        assertThat(offer(outbox, "a")).isEqualTo(Outbox.Offer.ACCEPTED);

        assertThat(owner.broken).containsExactly(failure);
    }

    @Test
    void finishingSendsWhatWaitsAndThenSaysFarewellOnce() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();
        List.of("a", "b").forEach(text -> offer(outbox, text));

        outbox.finish(CloseCode.TOO_BIG);
        outbox.finish(CloseCode.NORMAL);
        assertThat(offer(outbox, "c")).isEqualTo(Outbox.Offer.CLOSED);

        wire.completeNext();
        assertThat(owner.farewells).isEmpty();
        wire.completeNext();
        assertThat(owner.farewells).containsExactly(CloseCode.TOO_BIG);
        assertThat(wire.texts()).containsExactly("a", "b");
    }

    @Test
    void finishingAnIdleOutboxSaysFarewellAtOnce() {
        outbox(ROOMY).finish(CloseCode.NORMAL);

        assertThat(owner.farewells).containsExactly(CloseCode.NORMAL);
    }

    @Test
    void discardingDropsWhatWaitsAndTheFarewell() {
        Outbox outbox = outbox(ROOMY);
        wire.hold();
        List.of("a", "b").forEach(text -> offer(outbox, text));
        outbox.finish(CloseCode.NORMAL);

        outbox.queue.discard();
        wire.completeNext();

        assertThat(wire.texts()).containsExactly("a");
        assertThat(owner.farewells).isEmpty();
        assertThat(offer(outbox, "c")).isEqualTo(Outbox.Offer.CLOSED);
    }

    @Test
    void itIsStalledForAsLongAsTheWriteInFlightTakes() {
        Outbox outbox = outbox(ROOMY);
        assertThat(outbox.queue.stalledNanos()).isZero();
        wire.hold();
        List.of("a", "b").forEach(text -> offer(outbox, text));

        clock.advanceNanos(70);
        assertThat(outbox.queue.stalledNanos()).isEqualTo(70);

        wire.completeNext();
        assertThat(outbox.queue.stalledNanos()).isLessThanOrEqualTo(1); // the second one has only just begun
        clock.advanceNanos(5);
        assertThat(outbox.queue.stalledNanos()).isEqualTo(5);

        wire.completeNext();
        assertThat(outbox.queue.stalledNanos()).isZero();
    }

    @Test
    void aFailedWriteStaysInFlightSoThatTheWatchdogStillSeesIt() {
        Outbox outbox = outbox(ROOMY);
        wire.script(ScriptedWire.Script.failing(new IllegalStateException("closed")));
        offer(outbox, "a");

        clock.advanceNanos(70);

        assertThat(outbox.queue.stalledNanos()).isEqualTo(70);
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
}
