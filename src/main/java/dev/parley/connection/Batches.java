package dev.parley.connection;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs writes that nearly never block: as many at a time as there are cores, those that did block not counted. A peer that stops
 * reading in the middle of a write costs the others one short wait, and a thread until the watchdog closes it.
 *
 * <p>Thread-safe.
 */
final class Batches {
    private final Executor pool;
    private final Semaphore turns;
    private final long patienceNanos;
    private final AtomicInteger lent = new AtomicInteger(); // turns given out in place of those that are stuck

    /**
     * Over a pool that refuses what it has no thread for; {@code width} writes run at a time, and one that takes longer than
     * {@code patience} is stuck.
     */
    Batches(Executor pool, int width, Duration patience) {
        this.pool = pool;
        this.patienceNanos = patience.toNanos();
        this.turns = new Semaphore(width);
    }

    /** A write that may block. */
    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    /**
     * Runs {@code write} on the pool and then tells how it went, after a short wait if all turns are taken. False if there is no
     * thread for it, because too many are stuck; it must then be sent in a way that cannot block.
     */
    boolean run(Write write, Wire.Completion completion) {
        try {
            if (!turns.tryAcquire(patienceNanos, TimeUnit.NANOSECONDS)) {
                lent.incrementAndGet(); // for good, until somebody who is stuck comes back
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            pool.execute(() -> completion.completed(failureOf(write)));
            return true;
        } catch (RejectedExecutionException full) {
            turns.release();
            return false;
        }
    }

    /** Gives the turn back before anybody is told, because whoever is told may want it. */
    private @Nullable Throwable failureOf(Write write) {
        long startedAt = System.nanoTime();
        try {
            write.run();
            return null;
        } catch (Throwable e) { // whatever it is, the completion must come
            return e;
        } finally {
            release(System.nanoTime() - startedAt);
        }
    }

    /** How many writes may begin at once. */
    int turns() {
        return turns.availablePermits();
    }

    /** Whoever was stuck had its turn lent to others meanwhile. */
    private void release(long nanos) {
        if (nanos < patienceNanos || lent.getAndUpdate(others -> Math.max(0, others - 1)) == 0) {
            turns.release();
        }
    }
}
