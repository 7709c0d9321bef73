package dev.parley.backplane.engine;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Draft;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which room, kept in the engine under this node's lease. Changes wait in memory, the last one of each member, until
 * the engine has taken them; watchers are told the difference between one read of a room and the next.
 *
 * <p>The chores run on the clerk's thread.
 */
final class EnginePresence implements PresenceStore, Clerk.Chores, AutoCloseable {
    private static final Logger LOG = System.getLogger(EnginePresence.class.getName());
    private static final int MOVES_AT_ONCE = 500;
    private static final int READS_AT_ONCE = 20;

    private final Map<Place, Draft> own = new HashMap<>(); // farewells of this node's members; guarded by this
    private final Map<Place, Link.Move> pending = new LinkedHashMap<>(); // not in the engine yet; guarded by this
    private final Set<RoomId> moved = new LinkedHashSet<>(); // watched, and to be read; guarded by this
    private final Map<RoomId, Attendance> watched = new ConcurrentHashMap<>();
    private final Set<String> dying = ConcurrentHashMap.newKeySet(); // nodes whose farewells are being said
    private final Set<String> dead = ConcurrentHashMap.newKeySet(); // nodes whose farewells have been said
    private final String node;
    private final Duration lease;
    private final BiFunction<RoomId, Draft, CompletionStage<Appended>> append;
    private final Hearing hearing;
    private final Clerk clerk;
    private long nextRenewal = System.nanoTime(); // the clerk's own
    private long mayBury = nextRenewal; // the clerk's own

    EnginePresence(
            String node,
            Duration lease,
            Hearing hearing,
            BiFunction<RoomId, Draft, CompletionStage<Appended>> append,
            Function<Clerk.Chores, Clerk> clerk) {
        this.node = node;
        this.lease = lease;
        this.hearing = hearing;
        this.append = append;
        this.clerk = clerk.apply(this);
    }

    @Override
    public void enter(RoomId room, Draft farewell) {
        synchronized (this) {
            Place place = new Place(room, farewell.author().connection());
            own.put(place, farewell);
            pending.put(place, new Link.Move(room, farewell, true));
        }
        clerk.wake();
    }

    @Override
    public void leave(RoomId room, Draft.Author member) {
        synchronized (this) {
            Place place = new Place(room, member.connection());
            Draft farewell = own.remove(place);
            if (farewell == null) {
                return;
            }
            pending.put(place, new Link.Move(room, farewell, false));
        }
        clerk.wake();
    }

    @Override
    public CompletionStage<Map<String, Integer>> members(RoomId room) {
        return clerk.ask(link -> link.members(room));
    }

    @Override
    public Subscription watch(RoomId room, Watcher watcher) {
        Watching watching = new Watching(watcher);
        watched.compute(room, (id, existing) -> {
            Attendance attendance = existing != null ? existing : new Attendance();
            if (existing == null) {
                hearing.want(room);
            }
            attendance.add(watching);
            return attendance;
        });
        moved(room);
        return () -> watched.computeIfPresent(room, (id, attendance) -> {
            if (!attendance.removedLast(watching)) {
                return attendance;
            }
            hearing.unwant(room);
            return null;
        });
    }

    /** Who is in a room may have changed. */
    void moved(RoomId room) {
        if (watched.containsKey(room)) {
            synchronized (this) {
                moved.add(room);
            }
            clerk.wake();
        }
    }

    @Override
    public void connected(Link link) {
        nextRenewal = System.nanoTime();
        mayBury =
                nextRenewal + lease.toNanos(); // if the engine was away, the others have not been able to renew, either
        watched.keySet().forEach(this::moved);
    }

    @Override
    public long run(Link link) throws LinkException {
        if (nextRenewal - System.nanoTime() <= 0) {
            if (!link.renew(node, lease)) {
                enterAllAgain();
            }
            nextRenewal = System.nanoTime() + lease.dividedBy(3).toNanos();
            if (mayBury - System.nanoTime() <= 0) {
                link.orphans().forEach(this::sayFarewells);
            }
            link.tend();
        }
        for (String gone : List.copyOf(dead)) {
            link.bury(gone, false);
            dead.remove(gone);
            dying.remove(gone);
        }
        move(link);
        read(link);
        synchronized (this) {
            boolean isBusy = !pending.isEmpty() || !moved.isEmpty();
            return isBusy ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(nextRenewal - System.nanoTime()));
        }
    }

    private synchronized void enterAllAgain() {
        own.forEach((place, farewell) -> pending.put(place, new Link.Move(place.room(), farewell, true)));
    }

    private void move(Link link) throws LinkException {
        Map<Place, Link.Move> taken = new LinkedHashMap<>();
        synchronized (this) {
            for (Map.Entry<Place, Link.Move> each : pending.entrySet()) {
                if (taken.size() == MOVES_AT_ONCE) {
                    break;
                }
                taken.put(each.getKey(), each.getValue());
            }
            pending.keySet().removeAll(taken.keySet());
        }
        if (taken.isEmpty()) {
            return;
        }
        try {
            link.move(node, List.copyOf(taken.values()));
        } catch (LinkException e) {
            synchronized (this) {
                taken.forEach(pending::putIfAbsent); // unless it has changed meanwhile
            }
            throw e;
        }
    }

    private void read(Link link) throws LinkException {
        List<RoomId> rooms = new ArrayList<>();
        synchronized (this) {
            moved.stream().limit(READS_AT_ONCE).forEach(rooms::add);
            rooms.forEach(moved::remove);
        }
        for (RoomId room : rooms) {
            Attendance attendance = watched.get(room);
            if (attendance != null) {
                try {
                    attendance.update(link.members(room).keySet());
                } catch (LinkException e) {
                    rooms.forEach(this::moved);
                    throw e;
                }
            }
        }
    }

    /** Says a node's farewells, and only then takes it off: whoever dies in between leaves it to the next. */
    private void sayFarewells(String gone, List<Link.Move> members) {
        if (gone.equals(node) || !dying.add(gone)) {
            return;
        }
        LOG.log(Level.INFO, "node {0} is gone: {1} members leave", gone, members.size());
        List<CompletableFuture<Appended>> said = new ArrayList<>();
        for (Link.Move member : members) {
            if (member.farewell().kind() == Draft.Kind.LEFT) {
                said.add(append.apply(member.room(), member.farewell()).toCompletableFuture());
            }
        }
        CompletableFuture<?> all = CompletableFuture.allOf(said.toArray(CompletableFuture[]::new));
        CompletableFuture<?> unused = all.whenComplete((nothing, failure) -> {
            if (failure == null) {
                dead.add(gone);
            } else {
                dying.remove(gone);
            }
            clerk.wake();
        });
    }

    Clerk clerk() {
        return clerk;
    }

    /** Takes this node off at once, instead of when its lease runs out. */
    @Override
    public void close() {
        clerk.close(link -> {
            link.bury(node, true);
            return true;
        });
    }

    private record Place(RoomId room, String connection) {}

    /** One subscription; the same watcher may have several. */
    private static final class Watching {
        private final Watcher watcher;

        Watching(Watcher watcher) {
            this.watcher = watcher;
        }
    }

    /** Who was in a room when it was last read. */
    private static final class Attendance {
        private final List<Watching> watchings = new ArrayList<>(); // guarded by this
        private @Nullable Set<String> users; // guarded by this

        synchronized void add(Watching watching) {
            watchings.add(watching);
            if (users != null) {
                users.forEach(watching.watcher::joined);
            }
        }

        synchronized boolean removedLast(Watching watching) {
            return watchings.remove(watching) && watchings.isEmpty();
        }

        synchronized void update(Set<String> now) {
            Set<String> before = users == null ? Set.of() : users;
            Set<String> joined = new HashSet<>(now);
            joined.removeAll(before);
            Set<String> left = new HashSet<>(before);
            left.removeAll(now);
            users = Set.copyOf(now);
            for (Watching watching : watchings) {
                joined.forEach(watching.watcher::joined);
                left.forEach(watching.watcher::left);
            }
        }
    }
}
