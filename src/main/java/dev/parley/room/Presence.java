package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.connection.Outgoing;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.protocol.Outbound;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who is in a room, as its members on this node are told: at first everybody, then who came and went, gathered for a quarter
 * of a second; and only numbers where there are too many to name.
 *
 * <p>Everything that changes here belongs to the room's loop. A user whose connection broke is out only after a while, so that
 * one who comes back soon was never away; the store counts connections, so nothing need be taken back.
 */
final class Presence implements PresenceStore.Watcher {
    /** How many users are named. */
    static final int MAX_NAMED = 500;

    private static final long GATHER_MILLIS = 250;

    private final Room room;
    private final PresenceStore store;
    private final Workers workers;
    private final Budget budget;
    private final Duration grace;

    // The loop's own.
    private final Set<String> present = new TreeSet<>();
    private final Map<String, Boolean> changed = new LinkedHashMap<>(); // whether they are in now
    private final Set<JsonMember> watching = new HashSet<>();
    private boolean isCrowd;

    private @Nullable Subscription subscription; // guarded by this
    private boolean isOver; // guarded by this

    Presence(Room room, PresenceStore store, Workers workers, Budget budget, Duration grace) {
        this.room = room;
        this.store = store;
        this.workers = workers;
        this.budget = budget;
        this.grace = grace;
    }

    void enter(Member member) {
        store.enter(room.id(), member.farewell());
    }

    void leave(Member member) {
        store.leave(room.id(), member.author);
        forget(member);
    }

    /** Its connection has ended, which may not mean that its user has gone. */
    void lost(Member member) {
        forget(member);
        Runnable leaving = leaving(store, room.id(), member.author, budget);
        try {
            ScheduledFuture<?> unused = workers.timer().schedule(leaving, grace.toMillis(), TimeUnit.MILLISECONDS);
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
            room.turn(member.connection, () -> watching.remove(json));
        }
    }

    /** Tells a member who is there, and from then on who comes and goes. Called by the loop. */
    void show(JsonMember member) {
        watch();
        store.members(room.id())
                .whenComplete((connections, failure) -> room.turn(member.connection, () -> {
                    // Who is in comes from what this room was told itself, so that no later change is missing or
                    // doubled.
                    if (member.connection.isLive() && !member.isOut()) {
                        watching.add(member);
                        member.connection.send(everybody(failure == null ? connections : Map.of()));
                    }
                }));
    }

    private String everybody(Map<String, Integer> connections) {
        if (present.size() > MAX_NAMED) {
            return new Outbound.Crowd(room.id().name(), present.size()).text();
        }
        Map<String, Integer> members = new TreeMap<>();
        present.forEach(user -> members.put(user, connections.getOrDefault(user, 1)));
        return new Outbound.Members(room.id().name(), members).text();
    }

    private synchronized void watch() {
        if (subscription == null && !isOver) {
            subscription = store.watch(room.id(), this);
        }
    }

    /** The room is over. */
    synchronized void close() {
        isOver = true;
        if (subscription != null) {
            subscription.close();
        }
    }

    @Override
    public void joined(String user) {
        room.turn(null, () -> change(user, true));
    }

    @Override
    public void left(String user) {
        room.turn(null, () -> change(user, false));
    }

    private void change(String user, boolean isIn) {
        if (isIn ? !present.add(user) : !present.remove(user)) {
            return;
        }
        if (changed.isEmpty()) {
            try {
                ScheduledFuture<?> unused = workers.timer()
                        .schedule(() -> room.turn(null, this::tell), GATHER_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopped) {
                return;
            }
        }
        changed.put(user, isIn);
    }

    private void tell() {
        List<String> joined = new ArrayList<>();
        List<String> left = new ArrayList<>();
        changed.forEach((user, isIn) -> (isIn ? joined : left).add(user));
        changed.clear();
        boolean wasCrowd = isCrowd;
        isCrowd = present.size() > MAX_NAMED;
        String name = room.id().name();
        if (wasCrowd && !isCrowd) {
            List.copyOf(watching).forEach(this::show);
            return;
        }
        Outgoing news = new Outgoing(
                isCrowd
                        ? new Outbound.Crowd(name, present.size()).text()
                        : new Outbound.Presence(name, joined, left).text());
        watching.forEach(member -> member.connection.send(List.of(news)));
    }
}
