package dev.parley.handshake;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Tells the operator of our faults, with their stack trace, but not more often than somebody can read: whoever finds a request
 * that makes us fail must not be able to fill the disk with it. What is left out is counted. Thread-safe.
 */
final class FaultLog {
    private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

    private final Logger log;
    private final LongSupplier nanoTime;
    private final AtomicLong next; // when the next one may be told
    private final AtomicLong untold = new AtomicLong();

    FaultLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
        this.next = new AtomicLong(nanoTime.getAsLong());
    }

    void tell(String what, Throwable fault) {
        long now = nanoTime.getAsLong();
        long due = next.get();
        if (now - due < 0 || !next.compareAndSet(due, now + INTERVAL_NANOS)) {
            untold.incrementAndGet();
            return;
        }
        long before = untold.getAndSet(0);
        log.log(Level.ERROR, () -> before == 0 ? what : what + " (and " + before + " times before, untold)", fault);
    }
}
