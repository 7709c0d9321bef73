package dev.parley.backplane.memory;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One room's log: numbering, storing and telling the followers happen under one lock, which is what makes one order of them.
 *
 * <p>The last {@code capacity} entries are kept in a ring, whose first place is that of the entry after {@code base}.
 */
final class MemoryLog {
    /** Keys known of a room, at most: five minutes of 333 messages a second. Beyond it the oldest are forgotten sooner. */
    static final int MAX_KEYS = 100_000;

    private final String ids;
    private final String epoch;
    private final int capacity;
    private final ArrayList<Entry> ring = new ArrayList<>(); // guarded by this
    private final Map<String, Known> known = new LinkedHashMap<>(); // by key, oldest first; guarded by this
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private Position top; // guarded by this
    private long base; // guarded by this

    MemoryLog(RoomId room, String epoch, int capacity) {
        this.ids = epoch + '-' + room.name() + '-';
        this.epoch = epoch;
        this.capacity = capacity;
        this.top = new Position(epoch, 0, "");
    }

    synchronized Appended append(Draft draft, Instant at) {
        forgetBefore(at.minus(Backplane.KEY_MEMORY));
        Known before = known.get(draft.key());
        if (before != null) {
            return new Appended(before.position(), true);
        }
        long seq = top.seq() + 1;
        Position position = new Position(epoch, seq, ids + seq);
        Entry entry = new Entry(position, draft, at);
        if (ring.size() < capacity) {
            ring.add(entry);
        } else {
            ring.set(index(seq), entry);
        }
        known.put(draft.key(), new Known(position, at));
        if (known.size() > MAX_KEYS) {
            known.remove(known.keySet().iterator().next());
        }
        top = position;
        for (Follower follower : followers) {
            follower.appended(entry);
        }
        return new Appended(position, false);
    }

    /** Its keys stay known: what is said again after the purge would otherwise come back. */
    synchronized Position purge() {
        ring.clear();
        base = top.seq();
        return top;
    }

    synchronized Following follow(Follower follower) {
        followers.add(follower);
        CompletionStage<Position> from = CompletableFuture.completedStage(top);
        AtomicBoolean closed = new AtomicBoolean();
        return new Following() {
            @Override
            public CompletionStage<Position> from() {
                return from;
            }

            @Override
            public void close() {
                if (closed.compareAndSet(false, true)) { // the same follower may have another subscription
                    followers.remove(follower);
                }
            }
        };
    }

    synchronized Slice read(Position after, int limit) {
        Optional<Break.Reason> broken = breakAfter(after);
        long from = after.epoch().equals(epoch) ? Math.max(after.seq(), floor()) : floor();
        long last = Math.min(top.seq(), from + limit);
        return new Slice(entries(from, last), broken, top, last < top.seq());
    }

    synchronized Slice readBefore(long seq, int limit) {
        long last = Math.min(seq - 1, top.seq());
        long from = Math.max(last - limit, floor());
        return new Slice(entries(from, last), Optional.empty(), top, last > floor() && from > floor());
    }

    private Optional<Break.Reason> breakAfter(Position after) {
        if (!after.epoch().equals(epoch)) {
            return Optional.of(Break.Reason.EPOCH);
        }
        if (after.seq() < floor()) {
            return Optional.of(Break.Reason.TRIMMED);
        }
        boolean isAnother = after.seq() > floor()
                && after.seq() <= top.seq()
                && !after.message().isEmpty()
                && !after.message().equals(at(after.seq()).position().message());
        return after.seq() > top.seq() || isAnother ? Optional.of(Break.Reason.REWRITTEN) : Optional.empty();
    }

    /** The entries after {@code from}, up to {@code last}. */
    private List<Entry> entries(long from, long last) {
        List<Entry> found = new ArrayList<>();
        for (long seq = from + 1; seq <= last; seq++) {
            found.add(at(seq));
        }
        return found;
    }

    /** The seq before the oldest entry that is kept. */
    private long floor() {
        return top.seq() - ring.size();
    }

    private Entry at(long seq) {
        return ring.get(index(seq));
    }

    private int index(long seq) {
        return (int) ((seq - 1 - base) % capacity);
    }

    private void forgetBefore(Instant horizon) {
        Iterator<Known> oldest = known.values().iterator();
        while (oldest.hasNext() && oldest.next().at().isBefore(horizon)) {
            oldest.remove();
        }
    }

    /** What is remembered of a key; not the text. */
    private record Known(Position position, Instant at) {}
}
