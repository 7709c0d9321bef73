package dev.parley.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Addresses that have failed to log in: after so many failures in a row of time one is locked out for a while. Thread-safe, bounded. */
final class Failures {
    private static final int MAX_ADDRESSES = 10_000;

    private final InstantSource clock;
    private final int max;
    private final Duration window;

    /** @param since when the first of the failures was */
    private record Count(Instant since, int failures) {}

    private final Map<String, Count> counts = new LinkedHashMap<>() { // guarded by itself
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
                    return size() > MAX_ADDRESSES;
                }
            };

    /** Locks an address out that fails {@code max} times within {@code window}, until the window is over. */
    Failures(InstantSource clock, int max, Duration window) {
        this.clock = clock;
        this.max = max;
        this.window = window;
    }

    void failed(String address) {
        Instant now = clock.instant();
        synchronized (counts) {
            counts.compute(
                    address,
                    (key, before) -> before == null || isOver(before, now)
                            ? new Count(now, 1)
                            : new Count(before.failures() + 1 >= max ? now : before.since(), before.failures() + 1));
        }
    }

    /** Until when an address is locked out, if it is. */
    Optional<Instant> lockedUntil(String address) {
        Instant now = clock.instant();
        synchronized (counts) {
            return Optional.ofNullable(counts.get(address))
                    .filter(count -> count.failures() >= max && !isOver(count, now))
                    .map(count -> count.since().plus(window));
        }
    }

    private boolean isOver(Count count, Instant now) {
        return !now.isBefore(count.since().plus(window));
    }
}
