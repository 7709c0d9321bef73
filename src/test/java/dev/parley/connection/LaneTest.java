package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an outbox gives up when it is full. */
@Timeout(60)
final class LaneTest {
    private record Named(String subject, String name) implements Lane {
        @Override
        public String notice(int count) {
            return subject + " lost " + count;
        }
    }

    private final Workers workers = new Workers();
    private final ScriptedWire wire = new ScriptedWire();
    private final Outbox outbox = new Outbox(
            wire,
            new RecordingOwner(),
            new Outbox.Bounds(3, 1_000),
            workers,
            new ManualClock(),
            new Budget(Long.MAX_VALUE));

    @BeforeEach
    void fill() {
        wire.hold();
        offer(outbox, null, "in flight");
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void theOldestOfALaneIsGivenUpAndThePeerIsToldHowMany() {
        for (int i = 1; i <= 10; i++) {
            assertThat(offer(outbox, "all", "a" + i)).isEqualTo(Outbox.Offer.ACCEPTED);
        }
        wire.release();

        assertThat(wire.texts()).containsExactly("in flight", "room lost 7", "a8", "a9", "a10");
    }

    @Test
    void theLastOfEachLaneStays() {
        offer(outbox, "x", "x1");
        offer(outbox, "y", "y1");
        offer(outbox, "x", "x2");
        assertThat(offer(outbox, "x", "x3")).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, "y", "y2")).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, "z", "z1")).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, "w", "w1")).isEqualTo(Outbox.Offer.FULL);
        wire.release();

        assertThat(wire.texts()).containsExactly("in flight", "room lost 3", "x3", "y2", "z1");
    }

    @Test
    void whatHasNoLaneIsNeverGivenUpButFindsRoom() {
        offer(outbox, "all", "a1");
        offer(outbox, "all", "a2");
        assertThat(offer(outbox, null, "1")).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, null, "2")).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, null, "3")).isEqualTo(Outbox.Offer.FULL);
        wire.release();

        assertThat(wire.texts()).containsExactly("in flight", "room lost 1", "a2", "1", "2");
    }

    @Test
    void roomIsMadeForBytes() {
        offer(outbox, "all", "a".repeat(600));
        offer(outbox, "all", "b".repeat(300));
        assertThat(offer(outbox, "all", "c".repeat(800))).isEqualTo(Outbox.Offer.ACCEPTED);
        assertThat(offer(outbox, "all", "d".repeat(1_001))).isEqualTo(Outbox.Offer.FULL);
        assertThat(outbox.queue.depth().waitingBytes()).isZero();
    }

    @Test
    void eachSubjectIsToldOfByItself() {
        outbox.offer(List.of(
                new Outgoing("a1", new Named("a", "")),
                new Outgoing("b1", new Named("b", "")),
                new Outgoing("a2", new Named("a", "")),
                new Outgoing("b2", new Named("b", "")),
                new Outgoing("b3", new Named("b", ""))));
        wire.release();

        assertThat(wire.texts()).containsExactly("in flight", "a lost 1", "a2", "b lost 1", "b2", "b3");
    }

    @Test
    void whatWasToldIsNotToldAgain() {
        IntStream.rangeClosed(1, 5).forEach(i -> offer(outbox, "all", "a" + i));
        wire.completeNext(); // the notice and a3 are in flight now
        wire.completeNext();
        IntStream.rangeClosed(6, 8).forEach(i -> offer(outbox, "all", "a" + i));
        wire.release();

        assertThat(wire.texts())
                .containsExactly("in flight", "room lost 2", "a3", "a4", "room lost 1", "a6", "a7", "a8");
    }

    @Test
    void aMarkIsReachedAlthoughMessagesBeforeItAreGivenUp() {
        IntStream.rangeClosed(1, 3).forEach(i -> offer(outbox, "all", "a" + i));
        List<String> reached = new ArrayList<>();
        outbox.flush.afterwards(() -> reached.addAll(wire.texts()));
        IntStream.rangeClosed(4, 6).forEach(i -> offer(outbox, "all", "a" + i));
        wire.release();

        assertThat(reached).isNotEmpty();
    }

    private static Outbox.Offer offer(Outbox outbox, @Nullable String lane, String text) {
        return outbox.offer(List.of(new Outgoing(text, lane == null ? null : new Named("room", lane))));
    }
}
