package dev.parley.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How long to wait for the next attempt to connect: longer after each that failed, or as the server has said. Used in steps only. */
final class Backoff {
    private static final double FIRST_DELAY_MS = 500;
    private static final double LONGEST_DELAY_MS = 30_000;
    private static final Duration SETTLED_AFTER =
            Duration.ofSeconds(5); // a server that drops all at once needs back-off

    private final Clock clock;
    private int failures;
    private long openedAt;

    Backoff(Clock clock) {
        this.clock = clock;
    }

    void opened() {
        openedAt = clock.nanos();
    }

    /** A connection that was open is lost. */
    void lost() {
        if (clock.nanos() - openedAt > SETTLED_AFTER.toNanos()) {
            forget();
        }
    }

    void forget() {
        failures = 0;
    }

    /** After one that ended with these words of the server's, if it had any. */
    Duration next(@Nullable Frame goodbye) {
        double least = 0;
        double most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * Math.pow(2, failures));
        List<Double> range = goodbye == null ? List.of() : goodbye.numbers("after");
        if (range.size() == 2) {
            least = range.get(0);
            most = range.get(1);
        } else {
            failures++;
        }
        return Duration.ofMillis((long) (least + clock.random() * (most - least)));
    }
}
