package dev.parley.handshake;

import dev.parley.node.LogLimit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Tells the operator of our faults, with their stack trace, but not more often than somebody can read: whoever finds a request
 * that makes us fail must not be able to fill the disk with it. What is left out is counted. Thread-safe.
 */
final class FaultLog {
    private final Logger log;
    private final LogLimit limit;
    private final AtomicLong untold = new AtomicLong();

    FaultLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.limit = new LogLimit(nanoTime);
    }

    void tell(String what, Throwable fault) {
        if (!limit.allows()) {
            untold.incrementAndGet();
            return;
        }
        long before = untold.getAndSet(0);
        log.log(Level.ERROR, () -> before == 0 ? what : what + " (and " + before + " times before, untold)", fault);
    }
}
