package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.protocol.Outbound;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is in a room, as its members on this node are told: at first everybody, then who came and went, gathered for a quarter
 * of a second; and only numbers where there are too many to name, or what they say of themselves is too long together.
 *
 * <p>Everything that changes here belongs to the room's loop. A user whose connection broke is out only after a while, so that
 * one who comes back soon was never away; the store counts connections, so nothing need be taken back.
 */
final class Presence implements PresenceStore.Watcher {
    /** How many users are named. */
    static final int MAX_NAMED = 500;

    /** How much they may say of themselves together, in characters; where it is more, it is told to who asks. */
    static final long MAX_CHARACTERS = 128 * 1024;

    /** Of both, below which they are named again: one status that comes and goes must not have all told to all each time. */
    private static final double NAMED_AGAIN = 0.9;

    private static final long GATHER_MILLIS = 250;
    private static final Duration GRACE = Duration.ofSeconds(10); // for whom the connection broke, to come back

    private final RoomId room;
    private final Loop loop;
    private final PresenceStore store;
    private final Workers workers;
    private final Budget budget;
    private final AtomicLong ticks = new AtomicLong();

    // The loop's own.
    private final Map<String, String> present = new TreeMap<>(); // with what each says of itself
    private final Map<String, Boolean> changed = new LinkedHashMap<>(); // whether they are in now
    private final Set<String> saying = new LinkedHashSet<>(); // who says something else since
    private long characters; // of all that is said
    private final Set<JsonMember> watching = new HashSet<>();
    private boolean isCrowd; // somebody was told no more than how many there are
    private boolean isCounted; // and all were

    private volatile boolean isGathering; // set by the loop

    private @Nullable Subscription subscription; // guarded by this
    private boolean isOver; // guarded by this

    /** As {@link RoomLoop#turn}. */
    interface Loop {
        void turn(@Nullable Connection connection, Runnable task);
    }

    Presence(RoomId room, Loop loop, PresenceStore store, Workers workers, Budget budget) {
        this.room = room;
        this.loop = loop;
        this.store = store;
        this.workers = workers;
        this.budget = budget;
    }

    void enter(Member member) {
        store.enter(room, member.farewell());
    }

    void leave(Member member) {
        store.leave(room, member.author);
        forget(member);
    }

    /** Its connection has ended, which may not mean that its user has gone. */
    void lost(Member member) {
        forget(member);
        Runnable leaving = leaving(store, room, member.author, budget);
        try {
            ScheduledFuture<?> unused = workers.timer().schedule(leaving, GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            leaving.run();
        }
    }

    /** Knows neither the room nor the connection, which may be gone long before. */
    private static Runnable leaving(PresenceStore store, RoomId id, Draft.Author author, Budget budget) {
        budget.hold(Budget.Use.ROOMS, Member.BYTES);
        return () -> {
            budget.release(Budget.Use.ROOMS, Member.BYTES);
            store.leave(id, author);
        };
    }

    private void forget(Member member) {
        if (member instanceof JsonMember json) {
            loop.turn(member.connection, () -> watching.remove(json));
        }
    }

    /** Tells a member who is there, and from then on who comes and goes. Called by the loop. */
    void show(JsonMember member) {
        watch();
        if (isTooMuch()) { // so many are counted, itself as well in a moment, and need not be read
            loop.turn(member.connection, () -> show(member, Map.of()));
        } else {
            read(member.connection, occupants -> show(member, occupants));
        }
    }

    private void show(JsonMember member, Map<String, Occupant> occupants) {
        if (member.connection.isLive() && !member.isOut()) {
            watching.add(member);
            isCrowd |= isTooMuch();
            member.connection.send((isCrowd ? crowd() : members(occupants)).text());
        }
    }

    private void read(@Nullable Connection connection, Consumer<Map<String, Occupant>> then) {
        store.members(room)
                .whenComplete((occupants, failure) ->
                        loop.turn(connection, () -> then.accept(failure == null ? occupants : Map.of())));
    }

    private Outbound crowd() {
        return new Outbound.Crowd(room.name(), present.size());
    }

    /** Who is in comes from what this room was told itself, so that no later change is missing or doubled. */
    private Outbound members(Map<String, Occupant> occupants) {
        List<Outbound.Member> members = new ArrayList<>();
        present.forEach((user, data) -> {
            Occupant occupant = occupants.get(user);
            members.add(new Outbound.Member(user, occupant == null ? 1 : occupant.connections(), data));
        });
        return new Outbound.Members(room.name(), members);
    }

    private boolean isTooMuch() {
        double part = isCrowd ? NAMED_AGAIN : 1;
        return present.size() > part * MAX_NAMED || characters > part * MAX_CHARACTERS;
    }

    /** Some of those who are in, of whom the store knows. */
    CompletionStage<Outbound.Page> page(@Nullable String id, String after, int limit) {
        return store.members(room).thenApply(occupants -> {
            List<Outbound.Member> members = occupants.entrySet().stream()
                    .filter(each -> each.getKey().compareTo(after) > 0)
                    .sorted(Map.Entry.comparingByKey())
                    .limit(limit + 1L)
                    .map(each -> new Outbound.Member(
                            each.getKey(),
                            each.getValue().connections(),
                            each.getValue().data()))
                    .toList();
            boolean more = members.size() > limit;
            return new Outbound.Page(
                    id, room.name(), more ? members.subList(0, limit) : members, occupants.size(), more);
        });
    }

    /** Orders what is said by one user, on whichever node, as far as the clocks of nodes agree; on one, as it is said. */
    long tick() {
        return ticks.updateAndGet(
                last -> Math.max(last + 1, TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis())));
    }

    private synchronized void watch() {
        if (subscription == null && !isOver) {
            subscription = store.watch(room, this);
        }
    }

    /** The room is over. */
    synchronized void close() {
        isOver = true;
        if (subscription != null) {
            subscription.close();
        }
        loop.turn(null, () -> {
            budget.release(Budget.Use.ROOMS, characters);
            characters = 0;
            present.clear();
        });
    }

    @Override
    public void joined(String user) {
        loop.turn(null, () -> change(user, true));
    }

    @Override
    public void left(String user) {
        loop.turn(null, () -> change(user, false));
    }

    @Override
    public void changed(String user, String data) {
        loop.turn(null, () -> {
            String before = present.get(user);
            if (before != null && !before.equals(data)) {
                keep(data.length() - before.length());
                present.put(user, data);
                saying.add(user);
                gather();
            }
        });
    }

    private void keep(long more) {
        characters += more;
        budget.hold(Budget.Use.ROOMS, more);
    }

    private void change(String user, boolean isIn) {
        String before = isIn ? present.putIfAbsent(user, "") : present.remove(user);
        if (isIn == (before != null)) {
            return;
        }
        if (before != null) {
            keep(-before.length());
            saying.remove(user);
        }
        changed.put(user, isIn);
        gather();
    }

    /** What has changed is told in a moment. */
    private void gather() {
        if (isGathering) {
            return;
        }
        isGathering = true;
        try {
            ScheduledFuture<?> unused = workers.timer().schedule(this::gathered, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            // nobody is told anything any more
        } catch (Throwable noMemory) { // whatever changes next tries again
            isGathering = false;
            throw noMemory;
        }
    }

    /** Called by the timer. */
    private void gathered() {
        try {
            loop.turn(null, this::tell);
        } catch (Throwable noMemory) {
            isGathering = false;
            throw noMemory;
        }
    }

    private void tell() {
        isGathering = false; // first: after an Error, too, the next change is told, with what was not told now
        if (isTooMuch()) {
            isCrowd = true;
            if (!isCounted || !changed.isEmpty()) {
                send(crowd());
                isCounted = true;
            }
        } else if (isCrowd) {
            isCounted = false;
            read(null, this::name);
        } else {
            List<String> joined = new ArrayList<>();
            List<String> left = new ArrayList<>();
            changed.forEach((user, isIn) -> (isIn ? joined : left).add(user));
            Map<String, String> said = new LinkedHashMap<>();
            saying.forEach(user -> said.put(user, present.getOrDefault(user, "")));
            send(new Outbound.Presence(room.name(), joined, left, said));
        }
        changed.clear();
        saying.clear();
    }

    /** Tells all of them who is in, which they have been waiting for: nothing else is told meanwhile. */
    private void name(Map<String, Occupant> occupants) {
        if (isCrowd && !isTooMuch()) {
            send(members(occupants));
            isCrowd = false;
        }
    }

    private void send(Outbound news) {
        List<Outgoing> once = List.of(new Outgoing(news.text()));
        watching.forEach(member -> member.connection.send(once));
    }
}
