package dev.parley.backplane.memory;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.Extent;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Listeners;
import dev.parley.backplane.OutOfOrderException;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.backplane.Subscription;
import dev.parley.node.Budget;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One room's log: numbering, storing and telling the followers happen under one lock, which is what makes one order of them.
 *
 * <p>The last {@code capacity} entries are kept; fewer, when memory is short. A log that has been forgotten takes nothing any more: whoever comes next begins another one, of another epoch.
 */
final class MemoryLog {
    /** Keys known of a room, at most: five minutes of 333 messages a second. Beyond it the oldest are forgotten sooner. */
    static final int MAX_KEYS = 100_000;

    private static final long EMPTY_BYTES =
            1_000; // the objects of a log, about; while it is followed its room counts them
    private static final long ENTRY_BYTES = 500; // those of an entry besides its text
    private static final long KEY_BYTES = 250; // those of a known key besides its own text

    private final String ids;
    private final String epoch;
    private final int capacity;
    private final LongConsumer held; // is told how many bytes more are held, or less
    private final NavigableMap<Long, Kept> entries = new TreeMap<>(); // by seq, without a hole; guarded by this
    private final Map<String, Known> known = new LinkedHashMap<>(); // by key, oldest first; guarded by this
    private final Listeners<Follower> followers = new Listeners<>();
    private Position top; // guarded by this
    private long bytes; // that are held; guarded by this
    private long mostBytes = Long.MAX_VALUE; // of texts to keep, as was asked last; guarded by this
    private long lean; // the seq before the last entries whose texts are together no longer; guarded by this
    private long leanBytes; // of their texts; guarded by this
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

    /**
     * Nothing if the log has been forgotten.
     *
     * @param after a key that must be known, if it is not null
     * @param stored is told of the entry, under the lock, if it is a new one
     * @throws OutOfOrderException if it is not
     */
    synchronized Optional<Appended> append(Draft draft, @Nullable String after, Instant at, Consumer<Entry> stored) {
        if (isForgotten) {
            return Optional.empty();
        }
        touched = at;
        Instant horizon = at.minus(Backplane.KEY_MEMORY);
        forgetKeysWhile(oldest -> oldest.at().isBefore(horizon));
        Known before = known.get(draft.key());
        if (before != null) {
            return Optional.of(new Appended(before.position(), true));
        }
        if (after != null && !known.containsKey(after)) {
            throw new OutOfOrderException();
        }
        long seq = top.seq() + 1;
        Position position = new Position(epoch, seq, ids + seq);
        Kept kept = new Kept(new Entry(position, draft, at), draft.bytes());
        if (entries.size() >= capacity) {
            dropOldest();
        }
        entries.put(seq, kept);
        leanBytes += kept.bytes();
        hold(kept.held());
        known.put(draft.key(), new Known(position, at));
        hold(KEY_BYTES + draft.key().length());
        forgetKeysWhile(oldest -> known.size() > MAX_KEYS);
        top = position;
        followers.tell(follower -> {
            boolean unused = Follower.tell(follower, kept.entry());
        });
        stored.accept(kept.entry());
        return Optional.of(new Appended(position, false));
    }

    /** Tells who follows it, and keeps nothing. */
    void signal(Signal signal) {
        followers.tell(follower -> follower.signalled(signal));
    }

    /** Its keys stay known: what is said again after the purge would otherwise come back. */
    synchronized Position purge() {
        while (!entries.isEmpty()) {
            dropOldest();
        }
        return top;
    }

    /** False if there is no such message, or the log has been forgotten. */
    synchronized boolean erase(String message, Instant at) {
        Kept kept = entries.values().stream()
                .filter(each -> each.entry().position().message().equals(message))
                .findFirst()
                .orElse(null);
        if (kept == null) {
            return false;
        }
        Entry entry = kept.entry();
        if (entry.draft().kind() != Draft.Kind.ERASED) {
            Kept hole = new Kept(new Entry(entry.position(), Erasure.HOLE, entry.at()), 0);
            entries.put(entry.position().seq(), hole);
            leanBytes -= entry.position().seq() > lean ? kept.bytes() : 0;
            hold(hole.held() - kept.held());
            append(new Erasure(entry.position().seq(), message).draft(), null, at, unused -> {});
        }
        return true;
    }

    /** Nothing if the log has been forgotten. */
    synchronized Optional<Following> follow(Follower follower) {
        if (isForgotten) {
            return Optional.empty();
        }
        if (!isFollowed()) {
            hold(-EMPTY_BYTES);
        }
        Subscription subscription = followers.add(follower);
        return Optional.of(new Hold(CompletableFuture.completedStage(top), () -> unfollow(subscription)));
    }

    private synchronized void unfollow(Subscription subscription) {
        boolean wasFollowed = isFollowed();
        subscription.close();
        if (wasFollowed && !isFollowed()) {
            hold(EMPTY_BYTES);
        }
    }

    synchronized Slice read(Position after, int limit, long atMost, Keep keep, Instant now) {
        long floor = floor(keep, now);
        long from = after.epoch().equals(epoch) ? after.seq() : 0;
        List<Entry> found = new ArrayList<>();
        boolean more = collect(entries.tailMap(Math.max(from, floor), false).values(), limit, atMost, found);
        return new Slice(found, breakAfter(after, floor), top, more);
    }

    synchronized Slice readBefore(long before, int limit, long atMost, Keep keep, Instant now) {
        List<Entry> found = new ArrayList<>();
        long floor = floor(keep, now);
        Map<Long, Kept> kept = entries.tailMap(floor, false)
                .headMap(Math.max(before, floor + 1), false)
                .descendingMap();
        boolean more = collect(kept.values(), limit, atMost, found);
        return Slice.backwards(found, more, top);
    }

    synchronized Extent extent(Keep keep, Instant now) {
        return new Extent(top, top.seq() - floor(keep, now));
    }

    /** Gives up what is not to be kept, unless it may still be on its way to somebody. */
    synchronized void trim(Keep keep, Instant now) {
        long floor = floor(keep, now);
        Instant delivered = now.minus(Backplane.DELIVERY);
        while (!entries.isEmpty()
                && entries.firstKey() <= floor
                && entries.firstEntry().getValue().entry().at().isBefore(delivered)) {
            dropOldest();
        }
    }

    /** The seq before the oldest entry that is to be kept. */
    private long floor(Keep keep, Instant now) {
        if (!keep.isLimited()) {
            return floor();
        }
        long floor = Math.max(floor(), top.seq() - keep.entries());
        if (keep.bytes() != Keep.ALL.bytes()) {
            floor = Math.max(floor, lean(keep.bytes()));
        }
        Instant horizon = now.minus(keep.age());
        for (Kept kept : entries.tailMap(floor, false).values()) { // those that are too old, and one more
            if (!kept.entry().at().isBefore(horizon)) {
                break;
            }
            floor = kept.entry().position().seq();
        }
        return floor;
    }

    /** The seq before the last entries whose texts are together no longer; it only rises, unless more is to be kept than before. */
    private long lean(long most) {
        if (most > mostBytes) {
            lean = floor();
            leanBytes = entries.values().stream().mapToLong(Kept::bytes).sum();
        }
        mostBytes = most;
        Iterator<Kept> oldest = entries.tailMap(lean, false).values().iterator();
        while (leanBytes > mostBytes) {
            leanBytes -= oldest.next().bytes();
            lean++;
        }
        return lean;
    }

    /** Whether there are more of them than the bounds allow. */
    private static boolean collect(Collection<Kept> some, int limit, long atMost, List<Entry> found) {
        long used = 0;
        for (Kept kept : some) {
            used += kept.bytes();
            if (found.size() >= limit || (used > atMost && !found.isEmpty())) {
                return true;
            }
            found.add(kept.entry());
        }
        return false;
    }

    /** The seq before the oldest entry that is kept. */
    private long floor() {
        return entries.isEmpty() ? top.seq() : entries.firstKey() - 1;
    }

    private Optional<Break.Reason> breakAfter(Position after, long floor) {
        if (after.equals(Position.ORIGIN) && floor == 0) { // from before there was a log
            return Optional.empty();
        }
        if (!after.epoch().equals(epoch)) {
            return Optional.of(Break.Reason.EPOCH);
        }
        if (after.seq() < floor) {
            return Optional.of(Break.Reason.TRIMMED);
        }
        Kept there = entries.get(after.seq());
        boolean isAnother = there != null
                && !after.message().isEmpty()
                && !after.message().equals(there.entry().position().message());
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
        Position unused = purge(); // whoever still has the log finds nothing to take off
        known.clear();
        hold(-bytes);
        return true;
    }

    /** Gives up the oldest entries, and keys, that are half of what is held. */
    synchronized void halve() {
        long goal = bytes / 2;
        while (bytes > goal && !entries.isEmpty()) {
            dropOldest();
        }
        forgetKeysWhile(oldest -> bytes > goal);
    }

    private void dropOldest() {
        Kept oldest = entries.pollFirstEntry().getValue();
        if (oldest.entry().position().seq() > lean) {
            lean++;
            leanBytes -= oldest.bytes();
        }
        hold(-oldest.held());
    }

    private void forgetKeysWhile(Predicate<Known> isTooMuch) {
        Iterator<Map.Entry<String, Known>> all = known.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<String, Known> oldest = all.next();
            if (!isTooMuch.test(oldest.getValue())) {
                return;
            }
            all.remove();
            hold(-KEY_BYTES - oldest.getKey().length());
        }
    }

    private record Hold(CompletionStage<Position> from, Subscription subscription) implements Following {
        @Override
        public void close() {
            subscription.close();
        }
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
