package dev.parley.connection;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened on one connection during the last minute, the last few events at most. Thread-safe; while nothing does, it is empty. */
final class Trail {
    private static final Duration KEPT = Duration.ofSeconds(60);
    private static final int MAX = 30;

    private @Nullable ArrayDeque<Figures.Event> events; // guarded by this; null when there are none

    synchronized void add(Instant now, String what) {
        ArrayDeque<Figures.Event> known = events;
        if (known == null) {
            known = new ArrayDeque<>(4);
            events = known;
        }
        if (known.size() == MAX) {
            known.removeFirst();
        }
        known.addLast(new Figures.Event(now, what));
    }

    /** Those of the last minute, oldest first. */
    synchronized List<Figures.Event> since(Instant now) {
        forget(now);
        return events == null ? List.of() : List.copyOf(events);
    }

    /** Lets go of what is older. */
    synchronized void forget(Instant now) {
        if (events == null) {
            return;
        }
        Instant horizon = now.minus(KEPT);
        events.removeIf(event -> event.at().isBefore(horizon));
        if (events.isEmpty()) {
            events = null;
        }
    }
}
