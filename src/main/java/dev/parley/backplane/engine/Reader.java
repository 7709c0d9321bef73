package dev.parley.backplane.engine;

import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The rooms that this node follows. What the listener brings is handed on at once; whatever is in doubt is read, in the reader's own
 * loop, each room once however many doubts there are, and a bounded number of bytes at once. Every few seconds all rooms are
 * compared with their logs, so a hint that got lost costs time and nothing else.
 *
 * <p>A new connection, for whatever reason the former one ended, means that all rooms are in doubt.
 */
final class Reader implements ConnectionLoop.Turns, AutoCloseable {
    private static final int PAGE = 500;
    private static final long BYTES_AT_ONCE = 4L * 1024 * 1024; // of all rooms together, or one entry of one
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long REST_MILLIS = 1_000;
    private static final int TEXTS = 3; // a read piece is there as the driver's bytes, as ours and as text
    private static final int ROOMS_AT_ONCE = 200;
    private static final int COMPARED_AT_ONCE = 2_000;

    private final Map<RoomId, Feed> feeds = new ConcurrentHashMap<>();
    private final Map<RoomId, Boolean> doubts = new LinkedHashMap<>(); // whether it is a repair; guarded by itself
    private boolean isWoken; // guarded by doubts
    private boolean isReading; // what was in doubt; guarded by doubts
    private final long checkNanos;
    private final Listening listening;
    private final Budget budget;
    private final ConnectionLoop<Link> loop;
    private final LongAdder repairs = new LongAdder();
    private final Set<RoomId> big = new LinkedHashSet<>(); // whose next entry is read alone; the thread's own
    private volatile long completeNanos = System.nanoTime(); // when the followers were last known to have everything
    private long nextCheck = System.nanoTime(); // the thread's own

    Reader(ConnectionLoop.Connector<Link> engine, Listening listening, Budget budget, Duration check) {
        this.listening = listening;
        this.budget = budget;
        this.checkNanos = check.toNanos();
        this.loop = ConnectionLoop.ofTurns("reader", engine, this);
    }

    ConnectionLoop<Link> loop() {
        return loop;
    }

    /** How often a room was read because something might have been missing. */
    long repairs() {
        return repairs.sum();
    }

    /** How long ago the followers were last known to have been told everything. */
    Duration lag() {
        long age = System.nanoTime() - completeNanos;
        return age < FRESH_NANOS && isComplete() ? Duration.ZERO : Duration.ofNanos(age);
    }

    private boolean isComplete() {
        synchronized (doubts) {
            return doubts.isEmpty()
                    && !isReading
                    && loop.isUp()
                    && listening.loop().isUp();
        }
    }

    /** Adds a follower; {@code begin}, which finds out where a feed begins, is told if its room was not followed before. */
    Following follow(RoomId room, Follower follower, BiConsumer<RoomId, Feed> begin) {
        Feed.Hold hold = new Feed.Hold(follower, ended -> drop(room, ended));
        Feed fresh = new Feed();
        Feed followed = feeds.compute(room, (id, known) -> {
            Feed feed = known != null ? known : fresh;
            if (known == null) {
                listening.want(room);
            }
            feed.add(hold);
            return feed;
        });
        if (followed == fresh) {
            begin.accept(room, fresh);
            wake(); // there is one more room to listen to
        }
        return hold;
    }

    private void drop(RoomId room, Feed.Hold hold) {
        feeds.computeIfPresent(room, (id, feed) -> {
            if (!feed.removedLast(hold)) {
                return feed;
            }
            listening.unwant(room);
            return null;
        });
    }

    void offer(RoomId room, Entry entry) {
        Feed feed = feeds.get(room);
        if (feed != null && !feed.offer(entry)) {
            doubt(room);
        }
    }

    void signalled(RoomId room, Signal signal) {
        Feed feed = feeds.get(room);
        if (feed != null) {
            feed.signalled(signal);
        }
    }

    void promise(RoomId room, Position stored) {
        Feed feed = feeds.get(room);
        if (feed != null) {
            feed.promise(stored);
        }
    }

    /** The room's log may have what its followers have not been told. */
    void doubt(RoomId room) {
        read(room, true);
    }

    /** The room's log has grown by what is still to be read. */
    void grown(RoomId room) {
        read(room, false);
    }

    private void read(RoomId room, boolean isRepair) {
        if (feeds.containsKey(room)) {
            synchronized (doubts) {
                doubts.merge(room, isRepair, Boolean::logicalOr);
                doubts.notifyAll();
            }
        }
    }

    /** There is something to do. */
    void wake() {
        synchronized (doubts) {
            isWoken = true;
            doubts.notifyAll();
        }
    }

    @Override
    public void begin() {
        nextCheck = System.nanoTime(); // a new connection may be to another server
        feeds.keySet().forEach(this::grown); // and nobody knows how far the work of the former one got
    }

    @Override
    public boolean take(Link link, Runnable beat) throws LinkException, InterruptedException {
        listening.tend();
        if (nextCheck - System.nanoTime() <= 0) {
            compare(link, beat);
            nextCheck = System.nanoTime() + checkNanos;
        }
        Map<RoomId, Feed.Mark> marks = takeDoubts();
        beat.run();
        if (!marks.isEmpty()) {
            try {
                repair(marks, link);
            } catch (Throwable e) {
                marks.keySet().forEach(this::doubt);
                throw e;
            }
        }
        synchronized (doubts) {
            isReading = false;
        }
        if (isComplete()) {
            completeNanos = System.nanoTime();
        }
        return !marks.isEmpty();
    }

    /** Rooms whose next entry is longer than their share come one at a time: there is one entry at least, however long. */
    private void repair(Map<RoomId, Feed.Mark> marks, Link link) throws LinkException {
        boolean isAlone = marks.size() == 1;
        Link.Bounds bounds = new Link.Bounds(PAGE, BYTES_AT_ONCE / marks.size(), isAlone, Keep.ALL);
        Map<RoomId, Position> after = new HashMap<>();
        marks.forEach((room, mark) -> after.put(room, mark.last()));
        budget.hold(Budget.Use.ENGINE, TEXTS * BYTES_AT_ONCE);
        try {
            Map<RoomId, Excerpt> excerpts = link.log().read(after, bounds, true);
            marks.forEach((room, mark) -> {
                Feed feed = feeds.get(room);
                Excerpt excerpt = excerpts.get(room);
                if (feed != null && excerpt != null && feed.take(mark, excerpt)) {
                    grown(room);
                    if (!isAlone && excerpt.slice().entries().isEmpty()) {
                        big.add(room);
                    }
                }
            });
        } finally {
            budget.release(Budget.Use.ENGINE, TEXTS * BYTES_AT_ONCE);
        }
    }

    private Map<RoomId, Feed.Mark> takeDoubts() throws InterruptedException {
        Map<RoomId, Feed.Mark> taken = new HashMap<>();
        synchronized (doubts) {
            long waitMillis = Math.min(REST_MILLIS, TimeUnit.NANOSECONDS.toMillis(nextCheck - System.nanoTime()));
            boolean unused = Threads.await(doubts, waitMillis, () -> isWoken || !doubts.isEmpty());
            isWoken = false;
            Iterator<RoomId> alone = big.iterator();
            while (alone.hasNext() && taken.isEmpty()) {
                take(alone.next(), taken);
                alone.remove();
            }
            if (taken.isEmpty()) {
                for (RoomId room : doubts.keySet().stream().limit(ROOMS_AT_ONCE).toList()) {
                    take(room, taken);
                }
            }
            isReading = !taken.isEmpty();
        }
        return taken;
    }

    private void take(RoomId room, Map<RoomId, Feed.Mark> taken) {
        Boolean isRepair = doubts.remove(room);
        Feed feed = feeds.get(room);
        Feed.@Nullable Mark mark = feed == null ? null : feed.mark();
        if (isRepair != null && mark != null) {
            taken.put(room, mark);
            if (isRepair) {
                repairs.increment();
            }
        }
    }

    private void compare(Link link, Runnable beat) throws LinkException {
        List<RoomId> all = List.copyOf(feeds.keySet());
        for (int i = 0; i < all.size(); i += COMPARED_AT_ONCE) {
            compare(Set.copyOf(all.subList(i, Math.min(all.size(), i + COMPARED_AT_ONCE))), link);
            beat.run();
        }
    }

    private void compare(Set<RoomId> rooms, Link link) throws LinkException {
        link.log().tops(rooms).forEach((room, top) -> {
            Feed feed = feeds.get(room);
            if (feed != null && feed.differsFrom(top)) {
                doubt(room);
            }
        });
    }

    @Override
    public void close() {
        loop.close();
        feeds.values().forEach(Feed::end);
    }
}
