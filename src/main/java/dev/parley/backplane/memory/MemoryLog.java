package dev.parley.backplane.memory;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Position;
import dev.parley.backplane.Slice;
import dev.parley.backplane.Subscription;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One room's log: numbering, storing and telling the followers happen under one lock, which is what makes one order of them.
 *
 * <p>A draft's key is remembered as long as its entry is kept.
 */
final class MemoryLog {
    private final String epoch;
    private final int capacity;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>(); // guarded by this
    private final Map<String, Position> positions = new HashMap<>(); // by key; guarded by this
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private long top; // guarded by this

    MemoryLog(String epoch, int capacity) {
        this.epoch = epoch;
        this.capacity = capacity;
    }

    synchronized Appended append(Draft draft, Instant at) {
        Position known = positions.get(draft.key());
        if (known != null) {
            return new Appended(known, true);
        }
        if (entries.size() == capacity) {
            positions.remove(entries.removeFirst().draft().key());
        }
        Position position = new Position(epoch, ++top);
        Entry entry = new Entry(position, draft, at);
        entries.addLast(entry);
        positions.put(draft.key(), position);
        for (Follower follower : followers) {
            follower.appended(entry);
        }
        return new Appended(position, false);
    }

    synchronized Subscription follow(Follower follower) {
        followers.add(follower);
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) { // the same follower may have another subscription
                followers.remove(follower);
            }
        };
    }

    synchronized Slice read(Position after, int limit) {
        long floor = top - entries.size(); // the seq before the oldest entry that is kept
        boolean isWhole = after.epoch().equals(epoch) && after.seq() >= floor && after.seq() <= top;
        long from = after.epoch().equals(epoch) ? after.seq() : 0;
        List<Entry> found = new ArrayList<>();
        for (Entry entry : entries) {
            if (found.size() == limit) {
                break;
            }
            if (entry.position().seq() > from) {
                found.add(entry);
            }
        }
        return new Slice(found, isWhole);
    }
}
