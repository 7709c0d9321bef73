package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waits leaves together, as far as the wire takes it. */
@Timeout(60)
final class OutboxBatchTest {
    private static final int BATCH = 10;
    private static final int BATCH_BYTES = 64 * 1024;

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final ScriptedWire wire = new ScriptedWire(BATCH);
    private final RecordingOwner owner = new RecordingOwner();
    private final Outbox outbox = new Outbox(wire, owner, Peer.ROOMY, workers, clock, new Budget(Long.MAX_VALUE));

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void messagesOfferedTogetherLeaveTogether() {
        outbox.offer(numbers(0, BATCH));

        assertThat(wire.batches()).containsExactly(BATCH);
        assertThat(wire.texts()).isEqualTo(texts(0, BATCH));
    }

    @Test
    void whatGathersBehindAWriteLeavesTogether() {
        wire.hold();
        numbers(0, 26).forEach(message -> outbox.offer(List.of(message)));

        wire.release();

        assertThat(wire.batches()).containsExactly(1, BATCH, BATCH, 5);
        assertThat(wire.texts()).isEqualTo(texts(0, 26));
    }

    @Test
    void aWireThatTakesOneMessageACallGetsOne() {
        ScriptedWire single = new ScriptedWire();
        new Outbox(single, owner, Peer.ROOMY, workers, clock, new Budget(Long.MAX_VALUE)).offer(numbers(0, 5));

        assertThat(single.batches()).containsExactly(1, 1, 1, 1, 1);
        assertThat(single.texts()).isEqualTo(texts(0, 5));
    }

    @Test
    void aBatchEndsWithTheMessageThatFillsIt() {
        String half = "x".repeat(BATCH_BYTES / 2);
        wire.hold();
        outbox.offer(numbers(0, 1));
        outbox.offer(Collections.nCopies(5, new Outgoing(half)));

        wire.release();

        assertThat(wire.batches()).containsExactly(1, 2, 2, 1);
    }

    @Test
    void aMessageThatIsLargerThanABatchLeavesAlone() {
        String large = "x".repeat(2 * BATCH_BYTES);
        wire.hold();
        outbox.offer(numbers(0, 1));
        outbox.offer(Collections.nCopies(2, new Outgoing(large)));
        outbox.offer(numbers(1, 2));

        wire.release();

        assertThat(wire.batches()).containsExactly(1, 1, 1, 1);
        assertThat(wire.texts()).endsWith("1");
    }

    @Test
    void aPingAmongThemChangesNothingInTheirOrder() {
        wire.hold();
        outbox.offer(numbers(0, 1));
        outbox.offer(numbers(1, 3));
        outbox.ping();
        outbox.offer(numbers(3, 5));

        wire.release();
        wire.awaitPings(1);

        assertThat(wire.awaitTexts(5)).isEqualTo(texts(0, 5));
        assertThat(wire.overlaps()).isZero();
    }

    @Test
    void aBatchEndsBeforeTheFarewell() {
        wire.hold();
        outbox.offer(numbers(0, 1));
        outbox.offer(numbers(1, 3));
        outbox.finish(CloseCode.NORMAL);

        wire.completeNext();
        assertThat(owner.farewells).isEmpty();
        wire.completeNext();

        assertThat(owner.farewells).containsExactly(CloseCode.NORMAL);
        assertThat(wire.texts()).isEqualTo(texts(0, 3));
    }

    @Test
    void aBatchThatFailsIsNotSentAgain() {
        wire.script(ScriptedWire.Script.failing(new IllegalStateException("closed")));

        outbox.offer(numbers(0, 25));

        assertThat(wire.batches()).containsExactly(BATCH);
        assertThat(owner.broken).hasSize(1);
    }

    private static List<Outgoing> numbers(int from, int to) {
        return texts(from, to).stream().map(Outgoing::new).toList();
    }

    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
