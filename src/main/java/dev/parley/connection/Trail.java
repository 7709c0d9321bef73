package dev.parley.connection;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What happened on one connection during the last minute, the last few events at most. Thread-safe; while nothing does, it is empty. */
final class Trail {
    private static final Duration KEPT = Duration.ofSeconds(60);
    private static final int MAX = 30;

    private volatile List<Figures.Event> events = List.of(); // written under the lock

    synchronized void add(Instant now, String what) {
        List<Figures.Event> known = new ArrayList<>(events.subList(events.size() == MAX ? 1 : 0, events.size()));
        known.add(new Figures.Event(now, what));
        events = List.copyOf(known);
    }

    /** Without the lock: connections are checked often, and on most nothing has happened. */
    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Those of the last minute, oldest first. */
    List<Figures.Event> since(Instant now) {
        forget(now);
        return events;
    }

    /** Lets go of what is older. */
    synchronized void forget(Instant now) {
        Instant horizon = now.minus(KEPT);
        events = events.stream().filter(event -> !event.at().isBefore(horizon)).toList();
    }
}
