package dev.parley.backplane.engine;

import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The rooms that this node follows. What the ear brings is handed on at once; whatever is in doubt is read, on the reader's own
 * thread, each room once however many doubts there are. Every few seconds all rooms are compared with their logs, so a hint
 * that got lost costs time and nothing else.
 */
final class Reader implements AutoCloseable {
    private static final int PAGE = 500;
    private static final int ROOMS_AT_ONCE = 200;
    private static final int COMPARED_AT_ONCE = 2_000;

    private final Map<RoomId, Feed> feeds = new ConcurrentHashMap<>();
    private final Map<RoomId, Boolean> doubts = new LinkedHashMap<>(); // whether it is a repair; guarded by itself
    private boolean isWoken; // guarded by doubts
    private final long checkNanos;
    private final Pulse pulse;
    private final Hearing hearing;
    private final Tether<Link> tether;
    private long nextCheck = System.nanoTime(); // the thread's own

    Reader(Tether.Connector<Link> engine, Pulse pulse, Hearing hearing, long checkMillis) {
        this.hearing = hearing;
        this.pulse = pulse;
        this.checkNanos = TimeUnit.MILLISECONDS.toNanos(checkMillis);
        this.tether = new Tether<>("reader", pulse, engine, Link::cut, this::work, () -> {});
    }

    void start() {
        tether.start();
    }

    boolean isUp() {
        return tether.isUp();
    }

    /** Adds a follower; {@code begin} is told if its room was not followed before. */
    Following follow(RoomId room, Follower follower, Begin begin) {
        Following[] following = new Following[1];
        Feed[] first = new Feed[1];
        feeds.compute(room, (id, existing) -> {
            Feed feed = existing != null ? existing : new Feed();
            if (existing == null) {
                first[0] = feed;
                hearing.want(room);
            }
            following[0] = feed.follow(follower, () -> drop(room));
            return feed;
        });
        if (first[0] != null) {
            begin.begin(room, first[0]);
            wake(); // there is one more room to listen to
        }
        return following[0];
    }

    private void drop(RoomId room) {
        feeds.computeIfPresent(room, (id, feed) -> {
            if (feed.isFollowed()) {
                return feed;
            }
            hearing.unwant(room);
            return null;
        });
    }

    void offer(RoomId room, Entry entry) {
        Feed feed = feeds.get(room);
        if (feed != null && !feed.offer(entry)) {
            doubt(room);
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

    private void work(Link link) throws LinkException, InterruptedException {
        nextCheck = System.nanoTime(); // a new connection may be to another server
        while (true) {
            hearing.tend();
            if (nextCheck - System.nanoTime() <= 0) {
                compare(link); // of no room, too: it is a sign of life
                nextCheck = System.nanoTime() + checkNanos;
            }
            Map<RoomId, Feed.Mark> marks = takeDoubts();
            if (!marks.isEmpty()) {
                try {
                    repair(marks, link);
                } catch (LinkException e) {
                    marks.keySet().forEach(this::doubt);
                    throw e;
                }
            }
        }
    }

    private void repair(Map<RoomId, Feed.Mark> marks, Link link) throws LinkException {
        Map<RoomId, Position> after = new HashMap<>();
        marks.forEach((room, mark) -> after.put(room, mark.last()));
        Map<RoomId, Excerpt> excerpts = link.read(after, PAGE, true);
        marks.forEach((room, mark) -> {
            Feed feed = feeds.get(room);
            Excerpt excerpt = excerpts.get(room);
            if (feed != null && excerpt != null && feed.take(mark, excerpt)) {
                grown(room);
            }
        });
    }

    private Map<RoomId, Feed.Mark> takeDoubts() throws InterruptedException {
        Map<RoomId, Feed.Mark> taken = new HashMap<>();
        synchronized (doubts) {
            long waitMillis =
                    Math.min(Hearing.PROBE_MILLIS, TimeUnit.NANOSECONDS.toMillis(nextCheck - System.nanoTime()));
            if (doubts.isEmpty() && !isWoken && waitMillis > 0) {
                doubts.wait(waitMillis);
            }
            isWoken = false;
            Iterator<Map.Entry<RoomId, Boolean>> rooms = doubts.entrySet().iterator();
            while (rooms.hasNext() && taken.size() < ROOMS_AT_ONCE) {
                Map.Entry<RoomId, Boolean> next = rooms.next();
                RoomId room = next.getKey();
                boolean isRepair = next.getValue();
                rooms.remove();
                Feed.@Nullable Mark mark = mark(room);
                if (mark != null) {
                    taken.put(room, mark);
                    if (isRepair) {
                        pulse.repaired();
                    }
                }
            }
        }
        return taken;
    }

    private Feed.@Nullable Mark mark(RoomId room) {
        Feed feed = feeds.get(room);
        return feed == null ? null : feed.mark();
    }

    private void compare(Link link) throws LinkException {
        Set<RoomId> some = new LinkedHashSet<>();
        for (RoomId room : feeds.keySet()) {
            some.add(room);
            if (some.size() == COMPARED_AT_ONCE) {
                compare(some, link);
                some = new LinkedHashSet<>();
            }
        }
        compare(some, link);
        pulse.checked();
    }

    private void compare(Set<RoomId> rooms, Link link) throws LinkException {
        link.tops(rooms).forEach((room, top) -> {
            Feed feed = feeds.get(room);
            if (feed != null && feed.differsFrom(top)) {
                doubt(room);
            }
        });
    }

    @Override
    public void close() {
        tether.close();
        feeds.values().forEach(Feed::end);
    }

    /** Who finds out where a feed begins. */
    interface Begin {
        void begin(RoomId room, Feed feed);
    }
}
