package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two nodes, one engine that keeps what it acknowledges, and what goes wrong between them. At the end there is an account: lost
 * 0, repeated 0, reordered 0.
 */
@Timeout(180)
public abstract class FaultContract {
    protected static final Duration CHECK = Duration.ofSeconds(1);
    protected static final Duration LEASE = Duration.ofSeconds(3);
    private static final int ROOMS = 5;
    private static final RoomId PRESENCE = new RoomId("presence");

    protected EngineProcess engine;
    private Cable cable; // the way of the first node
    protected Backplane one;
    protected Backplane other;
    protected Account account;

    protected abstract EngineProcess startEngine() throws Exception;

    protected abstract Backplane node(String address);

    @BeforeEach
    final void begin() throws Exception {
        engine = startEngine();
        cable = new Cable(engine.port());
        one = node(engine.address(cable.port()));
        other = node(engine.address());
        account = account(one, other);
        account.awaitMore(200);
    }

    /** Both follow all rooms, and in each somebody speaks through either. */
    public static Account account(Backplane one, Backplane other) {
        Account account = new Account(ROOMS);
        account.follow(one);
        account.follow(other);
        account.speak(one);
        account.speak(other);
        return account;
    }

    @AfterEach
    final void end() throws Exception {
        account.close();
        one.close();
        other.close();
        cable.close();
        engine.close();
    }

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

    private static Draft farewell(String user) {
        return new Draft("left-" + user, new Draft.Author(user, "connection-of-" + user), Draft.Kind.LEFT, "");
    }

    private void awaitMembers(Map<String, Integer> members) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Map<String, Integer> found = Map.of();
        while (!found.equals(members)) {
            assertThat(System.nanoTime()).as("%s", found).isLessThan(end);
            found = other.presence().members(PRESENCE).toCompletableFuture().get(10, TimeUnit.SECONDS);
            pause(20);
        }
    }

    /** Every follower is told that the engine has lost something, and for this reason; the rest is there, and what comes next. */
    protected final void assertThatTheBreakIsTold(Break.Reason reason) throws InterruptedException {
        awaitBreaks(reason);
        account.awaitMore(500);
        assertThatTheRestIsThere(account);
    }

    /** Every follower of every room is told, and each for this reason. */
    private void awaitBreaks(Break.Reason reason) throws InterruptedException {
        int followers = 2 * account.rooms().size();
        for (int i = 0; account.breaks().size() < followers; i++) {
            assertThat(i).as("breaks %s", account.breaks()).isLessThan(1000);
            pause(20);
        }
        List<Break.Reason> reasons =
                account.breaks().stream().map(Break::reason).distinct().toList();
        assertThat(reasons).containsExactly(reason);
    }

    /** What was acknowledged before the engine lost it has been told before; what came afterwards is told, too. */
    public static void assertThatTheRestIsThere(Account account) throws InterruptedException {
        var verdict = account.settle();
        System.getLogger(FaultContract.class.getName()).log(System.Logger.Level.INFO, "{0}", verdict);
        assertThat(verdict.lost()).isZero();
        assertThat(verdict.repeated()).isZero();
        assertThat(verdict.reordered()).isZero();
    }

    /** Waits until so many more have been refused. */
    protected final void awaitFailures(int messages) throws InterruptedException {
        int goal = account.failures() + messages;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (account.failures() < goal) {
            assertThat(System.nanoTime())
                    .as("refused %d of %d", account.failures(), goal)
                    .isLessThan(end);
            pause(20);
        }
    }

    protected final void assertNothingIsMissing() throws InterruptedException {
        Account.Verdict verdict = account.settle();
        System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "{0}", verdict);
        assertThat(verdict).isEqualTo(new Account.Verdict(verdict.acknowledged(), 0, 0, 0, 0));
    }

    protected static void awaitReachable(Backplane node, boolean isReachable) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (node.health().isReachable() != isReachable) {
            assertThat(System.nanoTime()).as("%s", node.health()).isLessThan(end);
            pause(20);
        }
    }

    /** Waits until it is so. */
    public static void until(Callable<Boolean> claim) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!claim.call()) {
            assertThat(System.nanoTime()).isLessThan(end);
            pause(50);
        }
    }

    /** Nothing tells a test that time has passed but time. */
    protected static void pause(long millis) throws InterruptedException {
        boolean unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    /** A node in a process of its own, with one member. */
    private NodeProcess startNode(String user) throws IOException {
        return NodeProcess.start(engine.address(), PRESENCE, user, LEASE);
    }

    @Test
    void aNodeThatIsKilledLeavesOnceWithinItsLease() throws Exception {
        Gone gone = gone();
        ClusterContract.Watch watch = new ClusterContract.Watch();
        other.presence().watch(PRESENCE, watch);
        try (NodeProcess node = startNode("alice")) {
            assertThat(watch.take(1)).containsExactly("+alice");
            long killed = System.nanoTime();
            node.signal("KILL");

            assertThat(watch.take(1)).containsExactly("-alice");
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(LEASE.multipliedBy(2));
        }
        pause(LEASE.toMillis()); // long enough for the other reaper
        assertThat(gone.entries).extracting(entry -> entry.draft().kind()).containsExactly(Draft.Kind.LEFT);
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

    /** What is said from now on in the room of presence. */
    private Gone gone() throws Exception {
        Gone gone = new Gone();
        other.follow(PRESENCE, gone).from().toCompletableFuture().get(10, TimeUnit.SECONDS);
        return gone;
    }

    private static final class Gone implements Follower {
        private final List<Entry> entries = new CopyOnWriteArrayList<>();

        @Override
        public void appended(Entry entry) {
            entries.add(entry);
        }
    }
}
