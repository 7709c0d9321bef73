package dev.parley.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Time and chance; a test has its own. Thread-safe. */
interface Clock {
    /** For durations: whatever is done to the clock on the wall, it goes on. */
    long nanos();

    /** At least 0, below 1. */
    double random();

    /** Runs a task later, on any thread, which it must not hold up; unless what is returned is run before. */
    Runnable after(Duration delay, Runnable task);

    /** The JDK's, whose one thread for timers serves the whole process. */
    static Clock system() {
        return new Clock() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public double random() {
                return ThreadLocalRandom.current().nextDouble();
            }

            @Override
            public Runnable after(Duration delay, Runnable task) {
                CompletableFuture<Boolean> timer = new CompletableFuture<>();
                CompletableFuture<Void> unused = timer.thenAccept(isDue -> {
                    if (isDue) {
                        Serial.run(task);
                    }
                });
                CompletableFuture<Boolean> same = timer.completeOnTimeout(true, delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> same.complete(false);
            }
        };
    }
}
