package dev.parley.backplane.engine;

import dev.parley.backplane.Attendance;
import dev.parley.backplane.Membership;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The rooms of which somebody on this node wants to know who is in. Thread-safe.
 *
 * <p>Who is in is read when the watch begins and after each new connection, and is then changed by what the engine tells, so that one
 * who comes costs the same in a small room and in a big one. It is read again when the engine tells that there was a change and not
 * which: a node of the version before does, and whoever takes a dead node off. Also now and then while there are changes, because
 * nobody notices that an engine has not told one.
 *
 * <p>What is told while a room is read may be in what was read or not. As it holds whatever was before, it is applied on top.
 */
final class WatchedRooms {
    private static final int READS_AT_ONCE = 20;
    private static final long READING_NANOS =
            TimeUnit.SECONDS.toNanos(1); // then the lease is looked after, and the rest read
    private static final long SHORTEST_PAUSE_NANOS =
            TimeUnit.MILLISECONDS.toNanos(250); // between two reads of one room
    private static final long DOUBT_NANOS = TimeUnit.MINUTES.toNanos(5); // after a read, if anything has changed since

    private final Map<RoomId, Watched> watched = new ConcurrentHashMap<>();
    private final Set<RoomId> unread = new LinkedHashSet<>(); // watched, and to be read; guarded by this
    private final Listening listening;
    private final Runnable wake;

    /** {@code wake} is called when there is something to read, on any thread. */
    WatchedRooms(Listening listening, Runnable wake) {
        this.listening = listening;
        this.wake = wake;
    }

    /** As {@link PresenceStore#watch}. */
    Subscription watch(RoomId room, PresenceStore.Watcher watcher) {
        Attendance.Watching watching = new Attendance.Watching(watcher);
        watched.compute(room, (id, known) -> {
            Watched seen = known != null ? known : new Watched();
            if (known == null) {
                listening.want(room);
            }
            seen.attendance.add(watching);
            return seen;
        });
        moved(room);
        return () -> watched.computeIfPresent(room, (id, seen) -> {
            seen.attendance.remove(watching);
            if (seen.attendance.isWatched()) {
                return seen;
            }
            listening.unwant(room);
            return null;
        });
    }

    /** Who is in a room may have changed. */
    void moved(RoomId room) {
        if (watched.containsKey(room)) {
            boolean isNew;
            synchronized (this) {
                isNew = unread.add(room);
            }
            if (isNew) {
                wake.run();
            }
        }
    }

    /** As {@link Engine.Events#moved}. */
    void moved(RoomId room, String member) {
        Watched seen = watched.get(room);
        if (seen == null) {
            return;
        }
        Optional<Membership> known = Membership.decoded(member);
        known.ifPresent(seen::apply);
        if (known.isEmpty() || seen.nextDoubt - System.nanoTime() <= 0) {
            moved(room);
        }
    }

    /** The connection is a new one. */
    void doubt() {
        watched.keySet().forEach(this::moved);
    }

    /** In how many nanoseconds one is to be read, or a negative number; a big one if none is. */
    synchronized long untilDue(long now) {
        return unread.stream().mapToLong(room -> untilRead(room, now)).min().orElse(Long.MAX_VALUE);
    }

    private long untilRead(RoomId room, long now) {
        Watched seen = watched.get(room);
        return seen == null ? 0 : seen.nextRead - now;
    }

    /** Looks at whole rooms, so it takes a third of the time at most for each room. */
    void read(Link link) throws LinkException {
        long began = System.nanoTime();
        List<RoomId> rooms;
        synchronized (this) {
            rooms = unread.stream()
                    .filter(room -> untilRead(room, began) <= 0)
                    .limit(READS_AT_ONCE)
                    .toList();
        }
        for (RoomId room : rooms) {
            if (System.nanoTime() - began > READING_NANOS) {
                return;
            }
            synchronized (this) {
                unread.remove(room); // whatever is told from here on, and not of whom, is read next time
            }
            Watched seen = watched.get(room);
            if (seen != null) {
                try {
                    seen.read(room, link);
                } catch (Throwable e) {
                    moved(room);
                    throw e;
                }
            }
        }
    }

    /** A room that somebody watches. */
    private static final class Watched {
        private final Attendance attendance = new Attendance();
        private final List<Membership> meanwhile = new ArrayList<>(); // told while it is read; guarded by this
        private boolean isBeingRead; // guarded by this
        private volatile long nextRead = System.nanoTime(); // at the soonest
        private volatile long nextDoubt = nextRead + DOUBT_NANOS;

        synchronized void apply(Membership member) {
            if (isBeingRead) {
                meanwhile.add(member);
            }
            attendance.apply(member);
        }

        void read(RoomId room, Link link) throws LinkException {
            long before = System.nanoTime();
            synchronized (this) {
                isBeingRead = true;
            }
            try {
                Attendance read = Attendance.of(link.members().in(room));
                synchronized (this) {
                    meanwhile.forEach(read::apply);
                    attendance.become(read);
                }
            } finally {
                synchronized (this) {
                    isBeingRead = false;
                    meanwhile.clear();
                }
            }
            long after = System.nanoTime();
            nextRead = after + Math.max(SHORTEST_PAUSE_NANOS, 2 * (after - before));
            nextDoubt = after + DOUBT_NANOS;
        }
    }
}
