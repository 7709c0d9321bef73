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
import dev.parley.node.Budget;
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
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One room's log: numbering, storing and telling the followers happen under one lock, which is what makes one order of them.
 *
 * <p>The last {@code capacity} entries are kept in a ring, whose first place is that of the entry after {@code base}; fewer, when
 * memory is short. A log that has been forgotten takes nothing any more: whoever comes next begins another one, of another epoch.
 */
final class MemoryLog {
    /** Keys known of a room, at most: five minutes of 333 messages a second. Beyond it the oldest are forgotten sooner. */
    static final int MAX_KEYS = 100_000;

    private static final long EMPTY_BYTES = 1_000; // the objects of a log, about
    private static final long ENTRY_BYTES = 500; // those of an entry besides its text
    private static final long KEY_BYTES = 250; // those of a known key besides its own text

    private final String ids;
    private final String epoch;
    private final int capacity;
    private final LongConsumer held; // is told how many bytes more are held, or less
    private final ArrayList<@Nullable Kept> ring = new ArrayList<>(); // guarded by this
    private final Map<String, Known> known = new LinkedHashMap<>(); // by key, oldest first; guarded by this
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private Position top; // guarded by this
    private long base; // guarded by this
    private long floor; // the seq before the oldest entry that is kept; guarded by this
    private long bytes; // that are held; guarded by this
    private boolean isForgotten; // guarded by this
    private volatile Instant touched;

    MemoryLog(RoomId room, String epoch, int capacity, Instant now, LongConsumer held) {
        this.ids = epoch + '-' + room.name() + '-';
        this.epoch = epoch;
        this.capacity = capacity;
        this.held = held;
        this.top = new Position(epoch, 0, "");
        this.touched = now;
        hold(EMPTY_BYTES);
    }

    private void hold(long more) {
        bytes += more;
        held.accept(more);
    }

    /** Nothing if the log has been forgotten. */
    synchronized Optional<Appended> append(Draft draft, Instant at) {
        if (isForgotten) {
            return Optional.empty();
        }
        touched = at;
        forgetBefore(at.minus(Backplane.KEY_MEMORY));
        Known before = known.get(draft.key());
        if (before != null) {
            return Optional.of(new Appended(before.position(), true));
        }
        long seq = top.seq() + 1;
        Position position = new Position(epoch, seq, ids + seq);
        Kept kept = new Kept(new Entry(position, draft, at), draft.bytes());
        if (seq - floor > capacity) {
            drop(floor + 1);
        }
        if (index(seq) < ring.size()) {
            ring.set(index(seq), kept);
        } else {
            ring.add(kept);
        }
        hold(kept.held());
        known.put(draft.key(), new Known(position, at));
        hold(KEY_BYTES + draft.key().length());
        if (known.size() > MAX_KEYS) {
            forgetOldestKey(known.entrySet().iterator());
        }
        top = position;
        for (Follower follower : followers) {
            boolean unused = Follower.tell(follower, kept.entry());
        }
        return Optional.of(new Appended(position, false));
    }

    /** Its keys stay known: what is said again after the purge would otherwise come back. */
    synchronized Position purge() {
        dropUpTo(top.seq());
        ring.clear();
        base = top.seq();
        return top;
    }

    /** Nothing if the log has been forgotten. */
    synchronized Optional<Following> follow(Follower follower) {
        if (isForgotten) {
            return Optional.empty();
        }
        followers.add(follower);
        CompletionStage<Position> from = CompletableFuture.completedStage(top);
        AtomicBoolean closed = new AtomicBoolean();
        return Optional.of(new Following() {
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
        });
    }

    synchronized Slice read(Position after, int limit, long atMost) {
        Optional<Break.Reason> broken = breakAfter(after);
        long from = after.epoch().equals(epoch) ? Math.max(after.seq(), floor) : floor;
        List<Entry> found = new ArrayList<>();
        long used = 0;
        long seq = from + 1;
        for (; seq <= top.seq() && found.size() < limit; seq++) {
            Kept kept = at(seq);
            used += kept.bytes();
            if (used > atMost && !found.isEmpty()) {
                break;
            }
            found.add(kept.entry());
        }
        return new Slice(found, broken, top, seq <= top.seq());
    }

    synchronized Slice readBefore(long before, int limit, long atMost) {
        List<Entry> found = new ArrayList<>();
        long used = 0;
        long seq = Math.min(before - 1, top.seq());
        for (; seq > floor && found.size() < limit; seq--) {
            Kept kept = at(seq);
            used += kept.bytes();
            if (used > atMost && !found.isEmpty()) {
                break;
            }
            found.add(kept.entry());
        }
        return Slice.backwards(found, seq > floor, top);
    }

    private Optional<Break.Reason> breakAfter(Position after) {
        if (after.equals(Position.ORIGIN) && floor == 0) { // from before there was a log
            return Optional.empty();
        }
        if (!after.epoch().equals(epoch)) {
            return Optional.of(Break.Reason.EPOCH);
        }
        if (after.seq() < floor) {
            return Optional.of(Break.Reason.TRIMMED);
        }
        boolean isAnother = after.seq() > floor
                && after.seq() <= top.seq()
                && !after.message().isEmpty()
                && !after.message().equals(at(after.seq()).entry().position().message());
        return after.seq() > top.seq() || isAnother ? Optional.of(Break.Reason.REWRITTEN) : Optional.empty();
    }

    /** Whether somebody follows it. */
    boolean isFollowed() {
        return !followers.isEmpty();
    }

    /** When something was last said. */
    Instant touched() {
        return touched;
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Gives up all of it, unless somebody follows it. */
    synchronized boolean forget() {
        if (isFollowed() || isForgotten) {
            return false;
        }
        isForgotten = true;
        hold(-bytes);
        return true;
    }

    /** Gives up the oldest entries, and keys, that are half of what is held. */
    synchronized void halve() {
        long goal = bytes / 2;
        while (bytes > goal && floor < top.seq()) {
            drop(floor + 1);
        }
        Iterator<Map.Entry<String, Known>> oldest = known.entrySet().iterator();
        while (bytes > goal && oldest.hasNext()) {
            forgetOldestKey(oldest);
        }
    }

    private void dropUpTo(long last) {
        while (floor < last) {
            drop(floor + 1);
        }
    }

    private void drop(long seq) {
        hold(-at(seq).held());
        ring.set(index(seq), null);
        floor = seq;
    }

    private Kept at(long seq) {
        Kept kept = ring.get(index(seq));
        if (kept == null) {
            throw new IllegalStateException("below the floor");
        }
        return kept;
    }

    private int index(long seq) {
        return (int) ((seq - 1 - base) % capacity);
    }

    private void forgetBefore(Instant horizon) {
        Iterator<Map.Entry<String, Known>> oldest = known.entrySet().iterator();
        for (Known first = oldestKnown(); first != null && first.at().isBefore(horizon); first = oldestKnown()) {
            forgetOldestKey(oldest);
        }
    }

    private @Nullable Known oldestKnown() {
        Iterator<Known> oldest = known.values().iterator();
        return oldest.hasNext() ? oldest.next() : null;
    }

    private void forgetOldestKey(Iterator<Map.Entry<String, Known>> oldest) {
        hold(-KEY_BYTES - oldest.next().getKey().length());
        oldest.remove();
    }

    /** What is remembered of a key; not the text. */
    private record Known(Position position, Instant at) {}

    /** An entry, and how long its text is in UTF-8; a text of which not every letter is ASCII is held as two bytes each. */
    private record Kept(Entry entry, long bytes) {
        long held() {
            long letters = entry.draft().text().length();
            return ENTRY_BYTES + Budget.costOf(bytes == letters ? bytes : Math.max(bytes, 2 * letters));
        }
    }
}
