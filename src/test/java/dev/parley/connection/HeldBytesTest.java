package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is held for peers is counted, once, from when it stays until it is gone, whatever becomes of it. */
@Timeout(60)
final class HeldBytesTest {
    private final Workers workers = new Workers();
    private final Budget budget = new Budget(1_000_000);
    private final AtomicInteger closed = new AtomicInteger();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void whatPassesThroughIsNotCounted() {
        Connection connection = connection(new ScriptedWire());

        connection.send("at once");

        assertThat(budget.used()).isZero();
    }

    @Test
    void whatWaitsAndWhatIsInFlightIsCountedUntilItHasLeft() {
        ScriptedWire wire = new ScriptedWire();
        Connection connection = connection(wire);
        wire.hold();

        connection.send(List.of(new Outgoing("a"), new Outgoing("b")));
        connection.send("c");
        assertThat(budget.usedBy().get("outgoing")).isEqualTo(3 * Budget.costOf(1));
        assertThat(connection.held()).isEqualTo(3 * Budget.costOf(1));

        wire.completeNext();
        assertThat(budget.used()).isEqualTo(2 * Budget.costOf(1));
        wire.release();
        wire.awaitTexts(3);
        assertThat(budget.used()).isZero();
        assertThat(connection.held()).isZero();
    }

    @Test
    void aSharedMessageIsCountedOnce() {
        List<ScriptedWire> wires = List.of(new ScriptedWire(), new ScriptedWire());
        List<Connection> all = wires.stream().map(this::connection).toList();
        wires.forEach(ScriptedWire::hold);
        Outgoing shared = new Outgoing("x".repeat(1_000));

        all.forEach(connection -> connection.send(List.of(shared)));

        assertThat(budget.used()).isEqualTo(Budget.costOf(1_000));
        assertThat(all).allMatch(connection -> connection.held() == Budget.costOf(1_000) / 2);
        wires.get(0).release();
        assertThat(budget.used()).isEqualTo(Budget.costOf(1_000));
        wires.get(1).release();
        assertThat(budget.used()).isZero();
    }

    @Test
    void whoGivesWayIsClosedWith4004AndHoldsNothing() {
        ScriptedWire wire = new ScriptedWire();
        Connection connection = connection(wire);
        wire.hold();
        connection.send("in flight, and never completed");
        connection.send("waits");
        assertThat(connection.held()).isPositive();

        connection.giveWay();

        assertThat(wire.awaitClose()).isEqualTo(CloseCode.OVERLOADED);
        assertThat(connection.held()).isZero();
        while (closed.get() == 0) {
            Thread.onSpinWait();
        }
        assertThat(connection.yielding()).isZero();
        assertThat(budget.used()).isZero();
    }

    @Test
    void whatIsStillInFlightOfWhomGaveWayIsYielded() {
        ManualWorkers manual = new ManualWorkers();
        ScriptedWire wire = new ScriptedWire();
        Connection connection = connection(wire, manual.workers());
        wire.hold();
        connection.send("in flight");

        connection.giveWay();

        assertThat(connection.held()).isZero();
        assertThat(connection.yielding()).isEqualTo(Budget.costOf(9)).isEqualTo(budget.used());
        manual.close();
    }

    @Test
    void whatWasGivenUpForALaterOneIsNotCounted() {
        ScriptedWire wire = new ScriptedWire();
        Outbox outbox =
                new Outbox(wire, new RecordingOwner(), new Outbox.Bounds(2, 1_000), workers, new ManualClock(), budget);
        wire.hold();
        Lane lane = new Lane() {
            @Override
            public String notice(int count) {
                return "dropped " + count;
            }

            @Override
            public Object subject() {
                return "all";
            }
        };
        for (int i = 0; i < 10; i++) {
            assertThat(outbox.offer(List.of(new Outgoing("m" + i, lane)))).isEqualTo(Outbox.Offer.ACCEPTED);
        }
        assertThat(budget.used()).isEqualTo(3 * Budget.costOf(2));

        wire.release();
        wire.awaitText("m9");
        assertThat(budget.used()).isZero();
    }

    @Test
    void anErrorInTheLoopEndsTheOutboxAndNotItsThread() {
        RecordingOwner owner = new RecordingOwner();
        Outbox outbox = new Outbox(
                new ScriptedWire(),
                owner,
                Peer.ROOMY,
                workers,
                () -> {
                    throw new NoClassDefFoundError("for the test");
                },
                budget);

        assertThat(outbox.offer(List.of(new Outgoing("m")))).isEqualTo(Outbox.Offer.ACCEPTED);

        assertThat(owner.failed).hasSize(1);
        assertThat(outbox.offer(List.of(new Outgoing("m")))).isEqualTo(Outbox.Offer.CLOSED);
        assertThat(budget.used()).isZero();
    }

    @Test
    void aTextIsHeldOnceAlthoughItIsAFrame() {
        Outgoing message = new Outgoing("aé€😀");

        assertThat(message.frame().array()).isSameAs(message.frame().array());
        assertThat(message.text()).isEqualTo("aé€😀").isNotSameAs(message.text());
        Outgoing binary = new Outgoing(new byte[] {1, 2});
        binary.frame();
        assertThat(binary.binary()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(binary.text()).isEmpty();
    }

    @Test
    void anIncompleteTextIsCountedUntilItIsWholeOrOver() {
        MessageBuffer buffer = new MessageBuffer(100_000, 1_000, budget);
        buffer.add("a".repeat(50_000), false);
        assertThat(buffer.held()).isEqualTo(budget.used()).isBetween(50_000L, 70_000L);
        assertThat(budget.usedBy().get("incoming")).isEqualTo(buffer.held());
        buffer.add("", true);
        assertThat(budget.used()).isZero();

        buffer.add("a", false);
        buffer.add("a".repeat(100_000), false);
        assertThat(budget.used()).isZero();

        buffer.add("a", false);
        buffer.end();
        assertThat(budget.used()).isZero();
        assertThat(buffer.add("late", false)).isEqualTo(MessageBuffer.Gathered.None.MORE);
        assertThat(budget.used()).isZero();
    }

    @Test
    void halfAPairThatStaysAloneIsAQuestionMark() {
        MessageBuffer buffer = new MessageBuffer(100, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
        buffer.add("\uD83D", false);
        assertThat(buffer.add("x", true)).isEqualTo(new MessageBuffer.Gathered.Text("?x"));
        buffer.add("a\uDE00", false);
        buffer.add("\uD83D", false);
        assertThat(buffer.add("", true)).isEqualTo(new MessageBuffer.Gathered.Text("a??"));
    }

    @Test
    void aBinaryMessageInPartsOfOneByteIsNotCopiedWithEachOfThem() {
        int size = 8 * 1024 * 1024;
        MessageBuffer buffer = new MessageBuffer(size, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
        byte[] octet = {7};

        long began = System.nanoTime();
        for (int i = 1; i < size; i++) {
            buffer.add(ByteBuffer.wrap(octet), false);
        }
        byte[] whole = ((MessageBuffer.Gathered.Binary) buffer.add(ByteBuffer.wrap(octet), true)).bytes();

        assertThat(whole).hasSize(size).endsWith(7);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20)); // quadratic: hours
        assertThat(buffer.held()).isZero();
    }

    private Connection connection(ScriptedWire wire) {
        return connection(wire, workers);
    }

    private Connection connection(ScriptedWire wire, Workers threads) {
        return new Connection(
                "id",
                wire,
                Peer.ROOMY,
                Timing.of(Peer.SEND_TIMEOUT, Peer.HEARTBEAT),
                threads,
                new ManualClock(),
                ended -> closed.incrementAndGet(),
                peer -> false,
                budget);
    }
}
