package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ConnectionManagerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final ConnectionManager manager =
            new ConnectionManager(limits(10), workers, null, new Budget(Long.MAX_VALUE), clock);

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void aConnectionIsForgottenHoweverItEnds() {
        List<Connection> connections = IntStream.range(0, 3)
                .mapToObj(i -> manager.accept(new ScriptedWire()))
                .toList();
        assertThat(manager.count()).isEqualTo(3);

        connections.get(0).close(CloseCode.NORMAL);
        connections.get(1).abort(CloseCode.SLOW);
        connections.get(2).gone();
        Clog.settle(workers.closes());

        assertThat(manager.count()).isZero();
    }

    @Test
    void whoeverObservesIsToldOfEachConnectionOnceWhenItIsKnownWhereItIsFromAndWhenItIsOver() {
        List<String> told = new CopyOnWriteArrayList<>();
        manager.accept(new ScriptedWire()).introduce(new Figures.Peer("early", "", "", "/ws"));
        manager.observedBy(new ConnectionManager.Observer() {
            @Override
            public void opened(Connection connection) {
                told.add("+" + connection.peer().user() + connection.peer().endpoint());
            }

            @Override
            public void closed(Connection connection) {
                told.add("-" + connection.peer().user() + " " + connection.endCause());
            }
        });
        Connection unknown = manager.accept(new ScriptedWire());
        Connection known = manager.accept(new ScriptedWire());
        known.introduce(new Figures.Peer("", "", "192.0.2.1", "/rooms"));
        known.named("ann");
        unknown.gone();
        known.abort(CloseCode.SLOW);
        Clog.settle(workers.closes());

        assertThat(told).containsExactly("+/rooms", "-ann slow");
    }

    @Test
    void aConnectionThatIsBeingClosedStillCounts() {
        CountDownLatch over = new CountDownLatch(1);
        ScriptedWire wire = new ScriptedWire();
        wire.onClose(() -> await(over));
        manager.accept(wire).abort(CloseCode.SLOW);
        wire.awaitClose();

        assertThat(manager.count()).isEqualTo(1);

        over.countDown();
        Clog.settle(workers.closes());
        assertThat(manager.count()).isZero();
    }

    @Test
    void itIsFullAtItsLimitAndNotBefore() {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            assertThat(manager.isFull()).isFalse();
            connections.add(manager.accept(new ScriptedWire()));
        }
        assertThat(manager.isFull()).isTrue();

        connections.get(0).gone();
        assertThat(manager.isFull()).isFalse();
    }

    @Test
    void everyConnectionHasANameOfItsOwn() {
        List<String> ids = IntStream.range(0, 1_000)
                .mapToObj(i -> manager.accept(new ScriptedWire()).id())
                .toList();

        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[A-Za-z0-9_-]{12}"));
    }

    @Test
    void checkingWatchesEveryConnection() {
        ScriptedWire stalled = new ScriptedWire();
        stalled.script(ScriptedWire.NEVER);
        manager.accept(stalled).send("never arrives");
        ScriptedWire quiet = new ScriptedWire();
        manager.accept(quiet);

        clock.advance(Peer.HEARTBEAT);
        manager.check();

        assertThat(stalled.awaitClose()).isEqualTo(CloseCode.SLOW);
        quiet.awaitPings(1);
    }

    @Test
    void connectionsAreCheckedWithoutBeingAsked() {
        ScriptedWire wire = new ScriptedWire();
        manager.accept(wire);

        clock.advance(Peer.HEARTBEAT);

        wire.awaitPings(1);
    }

    @Test
    void aFaultInEndingOneConnectionLeavesTheOthersWatched() {
        List<ScriptedWire> stalled = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ScriptedWire wire = new ScriptedWire();
            wire.script(ScriptedWire.NEVER);
            stalled.add(wire);
            Connection connection = manager.accept(wire);
            connection.onEnd(() -> {
                throw new IllegalStateException("a fault of ours");
            });
            connection.send("never arrives");
        }

        clock.advance(Peer.SEND_TIMEOUT.plusNanos(1));
        assertThatCode(manager::check).doesNotThrowAnyException(); // what throws is never called again by a timer

        Clog.settle(workers.closes());
        assertThat(stalled).allSatisfy(wire -> assertThat(wire.closes()).containsExactly(CloseCode.SLOW));
    }

    @Test
    void drainingSendsWhatWaitsAndClosesAllWith1001() {
        List<ScriptedWire> wires = IntStream.range(0, 50)
                .mapToObj(i -> {
                    ScriptedWire wire = new ScriptedWire();
                    wire.script(ScriptedWire.Script.on(workers.fanOut()));
                    Connection connection = manager.accept(wire);
                    connection.send("last words");
                    connection.send("of " + i);
                    return wire;
                })
                .toList();

        manager.drain(LONG);

        assertThat(manager.count()).isZero();
        for (int i = 0; i < 50; i++) {
            assertThat(wires.get(i).events()).containsExactly("send last words", "send of " + i, "close GOING_AWAY");
        }
    }

    @Test
    void drainingDoesNotWaitForAPeerThatNeverReads() {
        ScriptedWire stalled = new ScriptedWire();
        stalled.script(ScriptedWire.NEVER);
        manager.accept(stalled).send("never arrives");
        List<ScriptedWire> others = acceptSome(20);

        long start = System.nanoTime();
        manager.drain(SHORT);
        long took = System.nanoTime() - start;

        assertThat(took).isBetween(SHORT.toNanos(), LONG.toNanos() / 4);
        assertThat(stalled.awaitClose()).isEqualTo(CloseCode.GOING_AWAY);
        assertThat(others).allSatisfy(wire -> assertThat(wire.closes()).containsExactly(CloseCode.GOING_AWAY));
    }

    @Test
    void drainingDoesNotWaitForACloseThatBlocks() {
        CountDownLatch over = new CountDownLatch(1);
        ScriptedWire blocking = new ScriptedWire();
        blocking.onClose(() -> await(over));
        manager.accept(blocking);
        List<ScriptedWire> others = acceptSome(20);

        long start = System.nanoTime();
        manager.drain(SHORT);
        long took = System.nanoTime() - start;

        assertThat(took).isBetween(SHORT.toNanos(), LONG.toNanos() / 4);
        assertThat(others).allSatisfy(wire -> assertThat(wire.closes()).containsExactly(CloseCode.GOING_AWAY));
        assertThat(manager.count()).isEqualTo(1);
        over.countDown();
        Clog.settle(workers.closes());
        assertThat(manager.count()).isZero();
    }

    @Test
    void aConnectionThatIsAcceptedWhileDrainingIsClosedToo() {
        AtomicReference<ScriptedWire> late = new AtomicReference<>();
        ScriptedWire wire = new ScriptedWire();
        wire.onClose(() -> {
            ScriptedWire straggler = new ScriptedWire();
            late.set(straggler);
            manager.accept(straggler);
        });
        manager.accept(wire);

        manager.drain(SHORT);

        assertThat(late.get().awaitClose()).isEqualTo(CloseCode.GOING_AWAY);
    }

    @Test
    void drainingTwiceIsDrainingOnce() {
        List<ScriptedWire> wires = acceptSome(5);

        manager.drain(LONG);
        manager.drain(LONG);

        assertThat(wires).allSatisfy(wire -> assertThat(wire.closes()).containsExactly(CloseCode.GOING_AWAY));
    }

    @Test
    void drainingIsInterruptible() {
        ScriptedWire stalled = new ScriptedWire();
        stalled.script(ScriptedWire.NEVER);
        manager.accept(stalled).send("never arrives");

        Thread.currentThread().interrupt();
        manager.drain(LONG);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(stalled.awaitClose()).isEqualTo(CloseCode.GOING_AWAY);
    }

    @Test
    void sheddingClosesEveryoneAndWhoeverStillArrives() {
        List<ScriptedWire> wires = acceptSome(10);

        manager.shed(SHORT);

        assertThat(wires).allSatisfy(wire -> assertThat(wire.awaitClose()).isEqualTo(CloseCode.GOING_AWAY));
        ScriptedWire late = new ScriptedWire();
        manager.accept(late);
        assertThat(late.awaitClose()).isEqualTo(CloseCode.GOING_AWAY);
    }

    @Test
    void sheddingIsSpreadOverItsTime() {
        List<ScriptedWire> wires = acceptSome(10);

        manager.shed(LONG);

        assertThat(wires.stream().filter(wire -> !wire.closes().isEmpty()).count())
                .isLessThan(10);
    }

    @Test
    void afterReadmittingNobodyIsSentAway() {
        manager.shed(SHORT);
        manager.readmit();

        ScriptedWire wire = new ScriptedWire();
        manager.accept(wire);
        Clog.settle(workers.closes());

        assertThat(wire.closes()).isEmpty();
    }

    @Test
    void timeSinceTheLastCheckTellsOfATimerThatStands() {
        manager.check();
        assertThat(manager.sinceLastCheck()).isZero();
        workers.close();

        clock.advance(LONG);

        assertThat(manager.sinceLastCheck()).isEqualTo(LONG);
    }

    private List<ScriptedWire> acceptSome(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    ScriptedWire wire = new ScriptedWire();
                    manager.accept(wire);
                    return wire;
                })
                .toList();
    }

    private static ConnectionManager.Limits limits(int maxConnections) {
        return new ConnectionManager.Limits(maxConnections, 1_000, 1_000_000, Peer.SEND_TIMEOUT, Peer.HEARTBEAT);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
