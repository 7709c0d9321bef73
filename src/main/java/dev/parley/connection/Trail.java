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

    private volatile @Nullable ArrayDeque<Figures.Event> events; // guarded by this; null when there are none

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

    /** Without the lock: connections are checked often, and on most nothing has happened. */
    boolean isEmpty() {
        return events == null;
    }

    /** Those of the last minute, oldest first. */
    synchronized List<Figures.Event> since(Instant now) {
        forget(now);
        ArrayDeque<Figures.Event> known = events;
        return known == null ? List.of() : List.copyOf(known);
    }

    /** Lets go of what is older. */
    synchronized void forget(Instant now) {
        ArrayDeque<Figures.Event> known = events;
        if (known == null) {
            return;
        }
        Instant horizon = now.minus(KEPT);
        known.removeIf(event -> event.at().isBefore(horizon));
        if (known.isEmpty()) {
            events = null;
        }
    }
}
