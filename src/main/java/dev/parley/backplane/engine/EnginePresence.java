package dev.parley.backplane.engine;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Membership;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.backplane.Witness;
import dev.parley.node.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Who is in which room, kept in the engine under this node's lease. Changes wait in memory, the last one of each member, until
 * the engine has taken them; what watchers are told is {@link WatchedRooms}' own.
 *
 * <p>A loop with a connection of its own renews the lease, moves members and reads what is watched. What the engine refuses, for
 * example because its memory is full, is tried again later, and the rest goes on.
 */
final class EnginePresence implements PresenceStore, ConnectionLoop.Turns {
    private static final Logger LOG = System.getLogger(EnginePresence.class.getName());
    private static final int MOVES_AT_ONCE = 500;
    private static final long REST_MILLIS = 1_000;
    private static final long LAST_WORDS_MILLIS = 2_000;

    private final Map<Place, Draft> own = new HashMap<>(); // farewells of this node's members; guarded by this
    private final Map<Place, Link.Move> pending = new LinkedHashMap<>(); // not in the engine yet; guarded by this
    private final Set<String> dying = ConcurrentHashMap.newKeySet(); // nodes whose farewells are being said
    private final Map<String, Set<RoomId>> dead = new ConcurrentHashMap<>(); // nodes whose farewells have been said
    private final String node;
    private final Duration lease;
    private final BiFunction<RoomId, Draft, CompletionStage<Appended>> append;
    private final Turnouts turnouts = new Turnouts();
    private final WatchedRooms rooms;
    private final QueryWorkers workers;
    private final ConnectionLoop<Link> loop;
    private final CompletableFuture<Boolean> isGone = new CompletableFuture<>(); // this node, from the engine
    private final Chore renewal = new Chore("renew its lease", this::renew);
    private final List<Chore> chores = List.of(
            renewal,
            new Chore("take dead nodes off", this::bury),
            new Chore("move members", this::move),
            new Chore("read members", link -> rooms().read(link)),
            new Chore("tell who comes and goes", turnouts::tell),
            new Chore("tidy up", this::tend));
    private volatile boolean isLeaving;
    private boolean isWoken; // guarded by this
    private long nextRenewal = System.nanoTime(); // the loop's own
    private long nextTending = nextRenewal; // the loop's own
    private long mayBury = nextRenewal; // the loop's own

    EnginePresence(
            String node,
            Duration lease,
            ConnectionLoop.Connector<Link> engine,
            Listening listening,
            QueryWorkers workers,
            BiFunction<RoomId, Draft, CompletionStage<Appended>> append) {
        this.node = node;
        this.lease = lease;
        this.rooms = new WatchedRooms(listening, this::wake);
        this.workers = workers;
        this.append = append;
        this.loop = ConnectionLoop.ofTurns("presence", engine, this);
    }

    ConnectionLoop<Link> loop() {
        return loop;
    }

    void witnessedBy(Witness told) {
        turnouts.witnessedBy(told);
    }

    @Override
    public synchronized void enter(RoomId room, Draft farewell) {
        Place place = new Place(room, farewell.author().connection());
        own.put(place, farewell);
        pending.put(place, new Link.Move(room, farewell, true));
        wake();
    }

    @Override
    public synchronized void leave(RoomId room, Draft.Author member) {
        Place place = new Place(room, member.connection());
        Draft farewell = own.remove(place);
        if (farewell != null) {
            pending.put(place, new Link.Move(room, farewell, false));
            wake();
        }
    }

    @Override
    public CompletionStage<Map<String, Occupant>> members(RoomId room) {
        return workers.ask(
                QueryWorkers.Lane.of(room),
                List.of("members", room),
                0,
                link -> occupants(link.members().in(room)));
    }

    private static Map<String, Occupant> occupants(List<Membership> members) {
        Map<String, Occupant> occupants = new HashMap<>();
        members.forEach(member -> occupants.merge(member.user(), new Occupant(1, member.status()), Occupant::and));
        return occupants;
    }

    @Override
    public Subscription watch(RoomId room, Watcher watcher) {
        return rooms.watch(room, watcher);
    }

    /** Those that are watched, which are told what happens. */
    WatchedRooms rooms() {
        return rooms;
    }

    @Override
    public void begin() {
        nextRenewal = System.nanoTime();
        postponeBurials(); // if the engine was away, the others have not been able to renew, either
        rooms.doubt();
    }

    @Override
    public boolean take(Link link, Runnable beat) throws LinkException, InterruptedException {
        for (Chore chore : chores) {
            beat.run();
            chore.runOn(link);
        }
        if (isLeaving) {
            if (turnouts.isWitnessed()) {
                boolean unused = link.members().renew(node, Backplane.FAREWELL_PATIENCE); // others bury and tell
            } else {
                link.members().bury(node, true);
            }
            isGone.complete(true);
        }
        rest();
        return true; // the lease is renewed
    }

    private synchronized void rest() throws InterruptedException {
        boolean isRefused = isLeaving || chores.stream().anyMatch(Chore::isRefused);
        long now = System.nanoTime();
        long due = Math.min(nextRenewal - now, rooms.untilDue(now));
        due = Math.min(due, turnouts.untilDue(now));
        long rest = isRefused
                ? REST_MILLIS / 10
                : pending.isEmpty() ? Math.min(REST_MILLIS, TimeUnit.NANOSECONDS.toMillis(due)) : 0;
        boolean unused = Threads.await(this, rest, () -> isWoken);
        isWoken = false;
    }

    private synchronized void wake() {
        isWoken = true;
        notifyAll();
    }

    private void renew(Link link) throws LinkException {
        if (nextRenewal - System.nanoTime() > 0) {
            return;
        }
        if (renewal.wasRefused()) {
            postponeBurials(); // neither could others
        }
        if (!link.members().renew(node, lease)) {
            enterAllAgain();
        }
        nextRenewal = System.nanoTime() + lease.dividedBy(3).toNanos();
    }

    private void postponeBurials() {
        mayBury = System.nanoTime() + lease.toNanos();
    }

    private synchronized void enterAllAgain() {
        own.forEach((place, farewell) -> pending.put(place, new Link.Move(place.room(), farewell, true)));
    }

    private void bury(Link link) throws LinkException {
        for (Map.Entry<String, Set<RoomId>> each : Map.copyOf(dead).entrySet()) {
            link.members().bury(each.getKey(), false);
            turnouts.haveMoved(each.getValue());
            dead.remove(each.getKey());
            dying.remove(each.getKey());
        }
    }

    private void tend(Link link) throws LinkException {
        if (nextTending - System.nanoTime() > 0) {
            return;
        }
        nextTending = System.nanoTime() + lease.dividedBy(3).toNanos();
        if (mayBury - System.nanoTime() <= 0 && !renewal.isRefused()) {
            link.members().orphans().forEach(this::sayFarewells);
        }
        link.tend();
    }

    private void move(Link link) throws LinkException {
        Map<Place, Link.Move> taken = new LinkedHashMap<>();
        synchronized (this) {
            pending.entrySet().stream().limit(MOVES_AT_ONCE).forEach(each -> taken.put(each.getKey(), each.getValue()));
            pending.keySet().removeAll(taken.keySet());
        }
        if (taken.isEmpty()) {
            return;
        }
        try {
            link.members().move(node, List.copyOf(taken.values()));
        } catch (Throwable e) {
            nextRenewal = System.nanoTime(); // the engine may not know this node any more
            synchronized (this) {
                taken.forEach(pending::putIfAbsent); // unless it has changed meanwhile
            }
            throw e;
        }
        turnouts.haveMoved(taken.values().stream().map(Link.Move::room).toList());
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
                dead.put(gone, members.stream().map(Link.Move::room).collect(Collectors.toSet()));
            } else {
                dying.remove(gone);
            }
            wake();
        });
    }

    /** Takes this node off at once, if the engine answers, instead of when its lease runs out. */
    void close(boolean engineAnswers) {
        synchronized (this) {
            isLeaving = true;
            own.clear();
            pending.clear();
            wake();
        }
        if (engineAnswers && loop.isUp()) {
            try {
                isGone.get(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException gone) {
                // then the lease has to run out
            }
        }
        loop.close();
    }

    private record Place(RoomId room, String connection) {}
}
