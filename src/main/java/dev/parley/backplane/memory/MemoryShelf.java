package dev.parley.backplane.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Values that are kept for a while and taken once, a bounded number of them. Thread-safe. */
final class MemoryShelf {
    static final int MAX = 100_000;

    private record Kept(String value, Instant until) {}

    private final Map<String, Kept> kept = new LinkedHashMap<>(); // the oldest first; guarded by this

    /** False if there is no room. */
    synchronized boolean put(String key, String value, Duration life, Instant now) {
        Iterator<Kept> oldest = kept.values().iterator();
        while (oldest.hasNext() && !now.isBefore(oldest.next().until())) {
            oldest.remove();
        }
        if (kept.size() >= MAX) {
            return false;
        }
        kept.put(key, new Kept(value, now.plus(life)));
        return true;
    }

    synchronized Optional<String> take(String key, Instant now) {
        return Optional.ofNullable(kept.remove(key))
                .filter(found -> now.isBefore(found.until()))
                .map(Kept::value);
    }
}
