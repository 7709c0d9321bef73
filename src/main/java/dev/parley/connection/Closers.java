package dev.parley.connection;

import dev.parley.node.Threads;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A pool for what may block for seconds, and on Open Liberty, rarely, for ever: when a peer goes in the moment that it is closed,
 * its {@code close} waits for a write to a socket that is closed already, deaf to interrupts (NioTCPWriteRequestContextImpl). A
 * thread that has been away for so long counts as lost, and another takes its place.
 *
 * <p>Thread-safe.
 */
final class Closers extends ThreadPoolExecutor {
    /** Even all of them lost, which nobody has seen, must not be the end of the server. */
    private static final int MAX_LOST = 1000;

    private final int width;
    private final long lostNanos;
    private final LongSupplier nanoTime;
    private final Map<Thread, Long> busySince = new ConcurrentHashMap<>();

    /** With {@code width} threads, those not counted that are away for longer than {@code lost}; idle ones end. */
    Closers(int width, Duration lost, Duration idle, ThreadFactory threads, LongSupplier nanoTime) {
        super(width, width, idle.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        allowCoreThreadTimeOut(true);
        this.width = width;
        this.lostNanos = lost.toNanos();
        this.nanoTime = nanoTime;
    }

    @Override
    public void execute(Runnable task) {
        replaceLost();
        super.execute(Threads.guarded("a close", task));
    }

    private synchronized void replaceLost() {
        long now = nanoTime.getAsLong();
        long lost = busySince.values().stream()
                .filter(since -> now - since > lostNanos)
                .count();
        int size = width + (int) Math.min(lost, MAX_LOST);
        if (size > getMaximumPoolSize()) {
            setMaximumPoolSize(size);
            setCorePoolSize(size);
        } else if (size < getMaximumPoolSize()) {
            setCorePoolSize(size);
            setMaximumPoolSize(size);
        }
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable task) {
        busySince.put(thread, nanoTime.getAsLong());
    }

    @Override
    protected void afterExecute(Runnable task, Throwable failure) {
        busySince.remove(Thread.currentThread());
    }
}
