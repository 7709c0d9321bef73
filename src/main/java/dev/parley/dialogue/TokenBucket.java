package dev.parley.dialogue;

import java.util.function.LongSupplier;

/**
 * An allowance that grows with time up to a limit: so much a second, and so much at once. Thread-safe.
 */
final class TokenBucket {
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final double atOnce;
    private final LongSupplier nanoTime;
    private double tokens; // guarded by this
    private long counted; // guarded by this

    /** A full one. */
    TokenBucket(long perSecond, long atOnce, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.atOnce = atOnce;
        this.nanoTime = nanoTime;
        this.tokens = atOnce;
        this.counted = nanoTime.getAsLong();
    }

    /** Takes that much if it is there. Answers 0; or else takes nothing, and answers how many nanoseconds to wait. */
    synchronized long take(long wanted) {
        long now = nanoTime.getAsLong();
        tokens = Math.min(atOnce, tokens + (double) (now - counted) * perSecond / NANOS);
        counted = now;
        if (tokens >= wanted) {
            tokens -= wanted;
            return 0;
        }
        return (long) Math.ceil((wanted - tokens) * NANOS / perSecond);
    }
}
