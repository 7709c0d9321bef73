package dev.parley.connection;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that stands still until a test moves it. Thread-safe. */
public final class ManualClock implements LongSupplier {
    private final AtomicLong now;

    public ManualClock() {
        this(Duration.ofHours(1).toNanos());
    }

    ManualClock(long now) {
        this.now = new AtomicLong(now);
    }

    public void advance(Duration by) {
        advanceNanos(by.toNanos());
    }

    void advanceNanos(long by) {
        now.addAndGet(by);
    }

    @Override
    public long getAsLong() {
        return now.get();
    }
}
