package dev.parley.backplane.memory;

import dev.parley.node.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Values that are kept for a while and taken once, a bounded number of them, and of bytes. Thread-safe. */
final class MemoryShelf {
    static final int MAX = 100_000;
    private static final long MAX_BYTES = 32L * 1024 * 1024;
    private static final int SHARE_OF_BUDGET = 8;
    private static final long OVERHEAD = 250; // objects around the texts

    private record Kept(String value, Instant until, long bytes) {}

    private final Map<String, Kept> kept = new LinkedHashMap<>(); // the oldest first; guarded by this
    private final Budget budget;
    private final long maxBytes;
    private long bytes; // guarded by this

    MemoryShelf(Budget budget) {
        this.budget = budget;
        this.maxBytes = Math.min(MAX_BYTES, budget.max() / SHARE_OF_BUDGET);
    }

    /** False if there is no room. */
    synchronized boolean put(String key, String value, Duration life, Instant now) {
        removed(kept.remove(key));
        Iterator<Kept> oldest = kept.values().iterator();
        while (oldest.hasNext()) {
            Kept next = oldest.next();
            if (now.isBefore(next.until())) {
                break;
            }
            oldest.remove();
            removed(next);
        }
        long size = OVERHEAD + 2L * (key.length() + value.length());
        if (kept.size() >= MAX || bytes + size > maxBytes) {
            return false;
        }
        bytes += size;
        budget.hold(Budget.Use.KEPT, size);
        kept.put(key, new Kept(value, now.plus(life), size));
        return true;
    }

    private void removed(@Nullable Kept gone) {
        if (gone != null) {
            bytes -= gone.bytes();
            budget.release(Budget.Use.KEPT, gone.bytes());
        }
    }

    synchronized Optional<String> take(String key, Instant now) {
        Kept found = kept.remove(key);
        removed(found);
        return Optional.ofNullable(found)
                .filter(taken -> now.isBefore(taken.until()))
                .map(Kept::value);
    }
}
