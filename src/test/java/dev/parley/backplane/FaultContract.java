package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two nodes, one engine that keeps what it acknowledges, and what goes wrong between them. At the end there is an account: lost
 * 0, repeated 0, reordered 0.
 */
@Timeout(180)
public abstract class FaultContract extends FaultyNodes {
    @Test
    void anEngineThatIsKilledAndStartedAgainHasLostNothing() throws Exception {
        for (int i = 0; i < 2; i++) {
            engine.kill();
            engine.start();
            account.awaitMore(200);
        }

        assertNothingIsMissing();
        assertThat(one.health().reconnects()).isPositive();
    }

    @Test
    void aConnectionThatIsCutBothWaysIsNoticedAndWhatWasMissedIsRepaired() throws Exception {
        cutFor(true, true);
    }

    @Test
    void aConnectionThatIsCutTowardsTheEngineIsNoticedAndWhatWasMissedIsRepaired() throws Exception {
        cutFor(true, false);
    }

    @Test
    void aConnectionThatIsCutTowardsTheNodeIsNoticedAndWhatWasMissedIsRepaired() throws Exception {
        cutFor(false, true);
    }

    private void cutFor(boolean toEngine, boolean toNode) throws Exception {
        cable.silence(toEngine, toNode);
        awaitReachable(one, false);
        account.awaitMore(100); // the other node goes on
        cable.mend();
        awaitReachable(one, true);
        account.awaitMore(200);

        assertNothingIsMissing();
    }

    @Test
    void anEngineThatIsAwayForLongFailsWhatIsSaidAndTheRestIsRepaired() throws Exception {
        long repairs = one.health().repairs();
        engine.kill();
        awaitReachable(one, false);
        awaitReachable(other, false);
        awaitFailures(1);
        engine.start();
        awaitReachable(one, true);
        account.awaitMore(200);

        assertNothingIsMissing();
        assertThat(one.health().repairs()).isGreaterThan(repairs);
    }

    @Test
    void aSlowEngineIsOnlySlow() throws Exception {
        cable.delay(200);
        account.awaitMore(500);
        cable.delay(0);
        account.awaitMore(200);

        assertNothingIsMissing();
    }

    @Test
    void anEngineThatIsFrozenForAWhileIsOnlyAway() throws Exception {
        engine.freeze();
        awaitReachable(one, false);
        engine.thaw();
        awaitReachable(one, true);
        account.awaitMore(200);

        assertNothingIsMissing();
    }

    @Test
    void aNodeStopsInTimeAlthoughItsEngineIsFrozen() throws Exception {
        Backplane third = node(engine.address());
        awaitReachable(third, true);
        engine.freeze();
        third.presence().enter(PRESENCE, farewell("carol"));
        CompletionStage<Appended> unanswered =
                third.append(PRESENCE, new Draft("k", new Draft.Author("carol", "c"), Draft.Kind.MESSAGE, "bye"));
        long start = System.nanoTime();
        third.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
        assertThat(unanswered.toCompletableFuture()).isCompletedExceptionally();
        engine.thaw();
    }

    @Test
    void anOutageLongerThanTheLeaseMakesNobodyLeave() throws Exception {
        Gone gone = gone();
        one.presence().enter(PRESENCE, farewell("alice"));
        other.presence().enter(PRESENCE, farewell("bob"));
        awaitMembers(Map.of("alice", 1, "bob", 1));
        engine.kill();
        pause(LEASE.toMillis() + 500);
        engine.start();
        awaitReachable(one, true);
        awaitReachable(other, true);
        pause(LEASE.multipliedBy(2).toMillis()); // who is not there has been reaped by now

        awaitMembers(Map.of("alice", 1, "bob", 1));
        assertThat(gone.entries).isEmpty();
        assertNothingIsMissing();
    }

    @Test
    void aNodeThatIsKilledLeavesOnceWithinItsLease() throws Exception {
        Gone gone = gone();
        ClusterContract.Watch watch = new ClusterContract.Watch();
        other.presence().watch(PRESENCE, watch);
        ClusterContract.Witnessed told = ofMembers();
        one.witnessedBy(told);
        other.witnessedBy(told);
        try (NodeProcess node = startNode("alice")) {
            assertThat(watch.take(1)).containsExactly("+alice");
            pause(500); // it tells that itself, and this here is not told
            long killed = System.nanoTime();
            node.signal("KILL");

            assertThat(watch.take(1)).containsExactly("-alice");
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(LEASE.multipliedBy(2));
        }
        assertThat(told.take()).isEqualTo("-alice empty");
        pause(LEASE.toMillis()); // long enough for the other reaper
        assertThat(told.news).isEmpty();
        assertThat(gone.entries).extracting(entry -> entry.draft().kind()).containsExactly(Draft.Kind.LEFT);
    }

    private static ClusterContract.Witnessed ofMembers() {
        return new ClusterContract.Witnessed() {
            @Override
            public boolean seesMessages(RoomId room) {
                return false;
            }
        };
    }

    /** A node that stops leaves its members to the others, who tell when nobody has come back. */
    @Test
    void whoComesBackOnAnotherNodeThanTheOneThatStopsHasNeverBeenAway() throws Exception {
        ClusterContract.Witnessed told = ofMembers();
        one.witnessedBy(told);
        other.witnessedBy(told);
        try (Backplane stopping = node(engine.address())) {
            stopping.witnessedBy(told);
            stopping.presence().enter(PRESENCE, farewell("alice"));
            assertThat(told.take()).isEqualTo("empty +alice");
            stopping.presence().enter(PRESENCE, farewell("bob"));
            assertThat(told.take()).isEqualTo("+bob");
        }
        other.presence().enter(PRESENCE, new Draft("new", new Draft.Author("alice", "new"), Draft.Kind.LEFT, ""));
        pause(Backplane.FAREWELL_PATIENCE.plus(LEASE.multipliedBy(2)).toMillis());

        assertThat(told.take()).isEqualTo("-bob");
        awaitMembers(Map.of("alice", 1));
        assertThat(told.news).isEmpty();
    }

    @Test
    void aNodeThatIsFrozenLongerThanItsLeaseLeavesOnceAndComesBack() throws Exception {
        Gone gone = gone();
        ClusterContract.Watch watch = new ClusterContract.Watch();
        other.presence().watch(PRESENCE, watch);
        try (NodeProcess node = startNode("alice")) {
            assertThat(watch.take(1)).containsExactly("+alice");
            node.signal("STOP");
            assertThat(watch.take(1)).containsExactly("-alice");

            node.signal("CONT");
            assertThat(watch.take(1)).containsExactly("+alice");
        }
        assertThat(gone.entries).extracting(entry -> entry.draft().kind()).containsExactly(Draft.Kind.LEFT);
    }

    @Test
    @Tag("system") // faketime
    void nodesWhoseClockJumpsLoseNothingAndNobodyLeaves() throws Exception {
        Gone gone = gone();
        ClusterContract.Watch watch = new ClusterContract.Watch();
        other.presence().watch(PRESENCE, watch);
        other.presence().enter(PRESENCE, farewell("bob"));
        assertThat(watch.take(1)).containsExactly("+bob");
        try (ClockedNodes nodes = ClockedNodes.start(engine.address(), PRESENCE, "alice", LEASE)) {
            assertThat(watch.take(1)).containsExactly("+alice");
            for (long hours : new long[] {1, -2}) {
                nodes.set(hours * 3600);
                nodes.awaitMore();
                assertThat(nodes.now())
                        .isCloseTo(Instant.now().plusSeconds(hours * 3600), within(1, ChronoUnit.MINUTES));
                pause(LEASE.toMillis()); // long enough to take somebody for dead
            }

            assertThat(nodes.settle()).contains("lost=0, repeated=0, reordered=0, breaks=0");
            awaitMembers(Map.of("alice", 1, "bob", 1));
            assertThat(gone.entries).isEmpty();
        }
        assertNothingIsMissing();
    }
}
