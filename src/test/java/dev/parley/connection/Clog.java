package dev.parley.connection;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Every thread of a pool, kept busy. While it stands, everything given to the pool before has been done, and nothing given to
 * it afterwards begins.
 */
public final class Clog {
    private static final long PATIENCE_SECONDS = 20;

    private Clog() {}

    /** Does something while the pool is clogged. */
    public static void during(Executor executor, Runnable action) {
        ThreadPoolExecutor pool = (ThreadPoolExecutor) executor;
        CountDownLatch arrived = new CountDownLatch(pool.getMaximumPoolSize());
        CountDownLatch over = new CountDownLatch(1);
        for (long i = arrived.getCount(); i > 0; i--) {
            pool.execute(() -> {
                arrived.countDown();
                await(over);
            });
        }
        try {
            await(arrived);
            action.run();
        } finally {
            over.countDown();
        }
    }

    /** Waits until the pool has done everything that it has been given so far, and what that gave it in its turn. */
    public static void settle(Executor executor) {
        AtomicBoolean isDone = new AtomicBoolean();
        while (!isDone.get()) {
            during(
                    executor,
                    () -> isDone.set(((ThreadPoolExecutor) executor).getQueue().isEmpty()));
        }
    }

    /** Waits until every pool has done what it has been given so far. */
    public static void settle(Workers workers) {
        settle(workers.fanOut());
        settle(workers.pings());
        settle(workers.closes());
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain for a pool");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the pool is being stopped
        }
    }
}
