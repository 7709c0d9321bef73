package dev.parley.node;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Keeps what happens often from filling the log: one line in ten seconds. Thread-safe. */
public final class LogLimit {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier nanoTime;
    private final AtomicLong last;

    public LogLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.last = new AtomicLong(nanoTime.getAsLong() - PAUSE_NANOS);
    }

    /** Whether a line may be written now; then the next one may only later. */
    public boolean allows() {
        long now = nanoTime.getAsLong();
        long before = last.get();
        return now - before >= PAUSE_NANOS && last.compareAndSet(before, now);
    }
}
