package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Two nodes of one cluster, and a room that no other test knows. */
@Timeout(120)
public abstract class TwoNodes {
    /** How many entries of a room the nodes are asked to keep. */
    protected static final int KEPT = 100;

    protected static final long PATIENCE_SECONDS = 10;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    protected final RoomId room = new RoomId("room-" + NUMBER.incrementAndGet());
    protected final ExecutorService threads = Executors.newCachedThreadPool();

    protected Backplane here;
    protected Backplane there;

    /** Two nodes over one engine. */
    public record Nodes(Backplane one, Backplane other) {}

    /** Starts two nodes, over an engine that remembers nothing of the rooms of the tests before. */
    protected abstract Nodes start(int entriesPerRoom) throws Exception;

    @BeforeEach
    final void startNodes() throws Exception {
        Nodes nodes = start(KEPT);
        here = nodes.one();
        there = nodes.other();
    }

    @AfterEach
    final void stopNodes() throws InterruptedException {
        here.close();
        there.close();
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Users, each with the number of connections. */
    protected static Map<String, Integer> counts(Map<String, Occupant> members) {
        Map<String, Integer> counts = new HashMap<>();
        members.forEach((user, occupant) -> counts.put(user, occupant.connections()));
        return counts;
    }

    protected static <T> T result(CompletionStage<T> stage)
            throws InterruptedException, ExecutionException, TimeoutException {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
