package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two nodes over an engine that keeps what it acknowledges, an account of what is said, and how to wait for what happens. */
public abstract class FaultyNodes {
    protected static final Duration CHECK = Duration.ofSeconds(1);
    protected static final Duration LEASE = Duration.ofSeconds(3);
    private static final int ROOMS = 5;
    protected static final RoomId PRESENCE = new RoomId("presence");

    protected EngineProcess engine;
    Cable cable; // the way of the first node
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
    public static Account account(Backplane one, Backplane other) throws InterruptedException {
        Account account = new Account(ROOMS);
        account.follow(one);
        account.follow(other);
        account.speak(one);
        account.speak(other);
        account.awaitTold();
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

    protected static Draft farewell(String user) {
        return new Draft("left-" + user, new Draft.Author(user, "connection-of-" + user), Draft.Kind.LEFT, "");
    }

    protected final void awaitMembers(Map<String, Integer> members) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Map<String, Integer> found = Map.of();
        while (!found.equals(members)) {
            assertThat(System.nanoTime()).as("%s", found).isLessThan(end);
            found = TwoNodes.counts(
                    other.presence().members(PRESENCE).toCompletableFuture().get(10, TimeUnit.SECONDS));
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
        System.getLogger(FaultyNodes.class.getName()).log(System.Logger.Level.INFO, "{0}", verdict);
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
    final NodeProcess startNode(String user) throws IOException {
        return NodeProcess.start(engine.address(), PRESENCE, user, LEASE);
    }

    /** What is said from now on in the room of presence. */
    protected final Gone gone() throws Exception {
        Gone gone = new Gone();
        other.follow(PRESENCE, gone).from().toCompletableFuture().get(10, TimeUnit.SECONDS);
        return gone;
    }

    protected static final class Gone implements Follower {
        public final List<Entry> entries = new CopyOnWriteArrayList<>();

        @Override
        public void appended(Entry entry) {
            entries.add(entry);
        }
    }
}
