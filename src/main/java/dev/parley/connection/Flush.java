package dev.parley.connection;

import dev.parley.node.Threads;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who waits until all that was offered to an outbox is on the wire: the thread that serves its peer, for an answer too that is yet to be
 * offered, and a task. Thread-safe by the monitor of the {@link OutboxQueue}.
 */
final class Flush {
    private final OutboxQueue queue;
    private @Nullable String expected;
    private @Nullable Runnable task;
    private long taskAt; // to be run when so many messages have left

    Flush(OutboxQueue queue) {
        this.queue = queue;
    }

    /** Announces that an answer named {@code key} will be offered, until it is {@link #answered}. A later one replaces it. */
    void expectAnswer(String key) {
        synchronized (queue) {
            expected = key;
        }
    }

    /** The answer named {@code key} has been offered, or never will be. */
    void answered(String key) {
        synchronized (queue) {
            if (key.equals(expected)) {
                expected = null;
                queue.notifyAll();
            }
        }
    }

    /**
     * Blocks until everything offered, and the answer expected, is on the wire; at most for {@code maxNanos}, and not for a write that has
     * already been under way for so long.
     */
    void await(long maxNanos) throws InterruptedException {
        synchronized (queue) {
            boolean unused = Threads.await(
                    queue,
                    TimeUnit.NANOSECONDS.toMillis(maxNanos),
                    () -> queue.isClosed() || isReached() || queue.stalledNanos() >= maxNanos);
        }
    }

    /** Whoever waits for that does not wait for signals, which may never end. */
    private boolean isReached() {
        return expected == null && queue.isIdle(false);
    }

    /** Runs what is given when all that has been offered is on the wire; never, if it ends before or if another waits already. */
    void afterwards(Runnable next) {
        synchronized (queue) {
            if (queue.isClosed() || task != null) {
                return;
            }
            if (!queue.isIdle(true)) {
                task = next;
                taskAt = queue.end();
                return;
            }
        }
        next.run();
    }

    /** A call has been completed: wakes who waits, and returns the task if it is its time. Under the lock. */
    @Nullable
    Runnable progressed() {
        if (isReached()) {
            queue.notifyAll();
        }
        if (task == null || queue.left() < taskAt) {
            return null;
        }
        Runnable reached = task;
        task = null;
        return reached;
    }
}
