package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OutboxBoundsTest {
    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final ScriptedWire wire = new ScriptedWire();
    private final RecordingOwner owner = new RecordingOwner();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void theBoundInMessagesIsExactBesideTheOneInFlight() {
        Outbox outbox = outbox(new Outbox.Bounds(3, 1_000));
        wire.hold();

        assertThat(Stream.of("in flight", "1", "2", "3", "4").map(text -> offer(outbox, text)))
                .containsExactly(
                        Outbox.Offer.ACCEPTED,
                        Outbox.Offer.ACCEPTED,
                        Outbox.Offer.ACCEPTED,
                        Outbox.Offer.ACCEPTED,
                        Outbox.Offer.FULL);

        wire.completeNext();
        assertThat(offer(outbox, "4")).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, "5")).isEqualTo(Outbox.Offer.FULL);
    }

    @Test
    void theBoundInBytesIsExactAndCountsUtf8() {
        Outbox outbox = outbox(new Outbox.Bounds(1_000, 10));
        wire.hold();
        offer(outbox, "in flight, and so not counted");

        assertThat(offer(outbox, "€€")).isEqualTo(Outbox.Offer.ACCEPTED); // 6
        assertThat(offer(outbox, "12345")).isEqualTo(Outbox.Offer.FULL); // 11
        assertThat(offer(outbox, "😀")).isEqualTo(Outbox.Offer.ACCEPTED); // 10
        assertThat(offer(outbox, "1")).isEqualTo(Outbox.Offer.FULL);
        assertThat(offer(outbox, "")).isEqualTo(Outbox.Offer.ACCEPTED);

        wire.completeNext(); // the first of those that waited is in flight now: 4 bytes wait
        assertThat(offer(outbox, "1234567")).isEqualTo(Outbox.Offer.FULL);
        assertThat(offer(outbox, "123456")).isEqualTo(Outbox.Offer.ACCEPTED);
    }

    @Test
    void anIdleOutboxTakesAnyOneMessage() {
        Outbox outbox = outbox(new Outbox.Bounds(1, 1));
        wire.hold();

        assertThat(offer(outbox, "far over the bound")).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, "this too, but it has to wait")).isEqualTo(Outbox.Offer.FULL);
        wire.completeNext();
        assertThat(offer(outbox, "far over the bound, again")).isEqualTo(Outbox.Offer.ACCEPTED);
    }

    @Test
    void theMessageThatIsNextWhileNothingIsInFlightDoesNotCountAsWaiting() {
        Outbox outbox = outbox(new Outbox.Bounds(2 * Outbox.CALLS_PER_RUN, 1_000));
        String huge = "x".repeat(2_000);
        wire.hold();
        offer(outbox, "first");
        numbers(Outbox.CALLS_PER_RUN).forEach(text -> offer(outbox, text));
        Clog.during(workers.fanOut(), () -> {
            wire.release(); // sends all of them, and then the loop waits for a thread of the pool
            assertThat(wire.texts()).hasSize(1 + Outbox.CALLS_PER_RUN);

            assertThat(offer(outbox, huge)).isEqualTo(Outbox.Offer.ACCEPTED);
            assertThat(wire.texts()).hasSize(1 + Outbox.CALLS_PER_RUN);
            assertThat(offer(outbox, "tiny")).isEqualTo(Outbox.Offer.ACCEPTED);
        });
        assertThat(wire.awaitTexts(3 + Outbox.CALLS_PER_RUN)).endsWith(huge, "tiny");
    }

    @Test
    void itIsFillingAboveAQuarterOfEitherBound() {
        Outbox byMessages = outbox(new Outbox.Bounds(8, 1_000));
        wire.hold();
        offer(byMessages, "in flight");
        offer(byMessages, "1");
        offer(byMessages, "2");
        assertThat(byMessages.queue.isFilling()).isFalse();
        offer(byMessages, "3");
        assertThat(byMessages.queue.isFilling()).isTrue();

        Outbox byBytes = outbox(new Outbox.Bounds(1_000, 8));
        offer(byBytes, "in flight");
        offer(byBytes, "12");
        assertThat(byBytes.queue.isFilling()).isFalse();
        offer(byBytes, "3");
        assertThat(byBytes.queue.isFilling()).isTrue();
    }

    @Test
    void severalMessagesAreTakenAsFarAsThereIsRoom() {
        Outbox outbox = outbox(new Outbox.Bounds(3, 1_000));
        wire.hold();
        offer(outbox, "in flight");

        assertThat(outbox.offer(outgoing("1", "2", "3"))).isEqualTo(Outbox.Offer.ACCEPTED);
        wire.completeNext();
        assertThat(outbox.offer(outgoing("4", "5"))).isEqualTo(Outbox.Offer.FULL);
        assertThat(outbox.offer(List.of())).isEqualTo(Outbox.Offer.ACCEPTED);
    }

    @Test
    void aPingThatWaitsTakesNoMessagesPlace() {
        Outbox outbox = outbox(new Outbox.Bounds(1, 1_000));
        wire.hold();
        offer(outbox, "in flight");

        outbox.ping();

        assertThat(offer(outbox, "waits")).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, "one too many")).isEqualTo(Outbox.Offer.FULL);
    }

    @Test
    void anOutboxThatIsOnlyPingingTakesAnyOneMessage() {
        Outbox outbox = outbox(new Outbox.Bounds(1, 1));
        List<Wire.Completion> pings = new CopyOnWriteArrayList<>();
        wire.onPing(pings::add);
        outbox.ping();
        Clog.settle(workers.pings());

        assertThat(offer(outbox, "far over the bound")).isEqualTo(Outbox.Offer.ACCEPTED);

        assertThat(wire.texts()).isEmpty();
        pings.get(0).completed(null);
        assertThat(wire.texts()).containsExactly("far over the bound");
    }

    private Outbox outbox(Outbox.Bounds bounds) {
        return new Outbox(wire, owner, bounds, workers, clock, new Budget(Long.MAX_VALUE));
    }

    private static Outbox.Offer offer(Outbox outbox, String text) {
        return outbox.offer(List.of(new Outgoing(text)));
    }

    private static List<Outgoing> outgoing(String... texts) {
        return Stream.of(texts).map(Outgoing::new).toList();
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }
}
