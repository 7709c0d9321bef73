package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Occupant;
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

    private static final long GATHER_MILLIS = 250;

    private final Room room;
    private final PresenceStore store;
    private final Workers workers;
    private final Budget budget;
    private final Duration grace;
    private final AtomicLong ticks = new AtomicLong();

    // The loop's own.
    private final Map<String, String> present = new TreeMap<>(); // with what each says of itself
    private final Map<String, Boolean> changed = new LinkedHashMap<>(); // whether they are in now
    private final Set<String> saying = new LinkedHashSet<>(); // who says something else since
    private long characters; // of all that is said
    private boolean isGathering;
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

    private String everybody(Map<String, Occupant> occupants) {
        if (isTooMuch()) {
            return new Outbound.Crowd(room.id().name(), present.size()).text();
        }
        List<Outbound.Member> members = new ArrayList<>();
        present.forEach((user, data) -> {
            Occupant occupant = occupants.get(user);
            members.add(new Outbound.Member(user, occupant == null ? 1 : occupant.connections(), data));
        });
        return new Outbound.Members(room.id().name(), members).text();
    }

    private boolean isTooMuch() {
        return present.size() > MAX_NAMED || characters > MAX_CHARACTERS;
    }

    /** Some of those who are in, of whom the store knows. */
    CompletionStage<Outbound.Page> page(@Nullable String id, String after, int limit) {
        return store.members(room.id()).thenApply(occupants -> {
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
                    id, room.id().name(), more ? members.subList(0, limit) : members, occupants.size(), more);
        });
    }

    /** Orders what is said by one user, on whichever node, as far as the clocks of nodes agree; on one, as it is said. */
    long tick() {
        return ticks.updateAndGet(
                last -> Math.max(last + 1, TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis())));
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
        room.turn(null, () -> {
            budget.release(Budget.Use.ROOMS, characters);
            characters = 0;
            present.clear();
        });
    }

    @Override
    public void joined(String user) {
        room.turn(null, () -> change(user, true));
    }

    @Override
    public void left(String user) {
        room.turn(null, () -> change(user, false));
    }

    @Override
    public void changed(String user, String data) {
        room.turn(null, () -> {
            String before = present.get(user);
            if (before != null && !before.equals(data) && gather()) {
                keep(data.length() - before.length());
                present.put(user, data);
                saying.add(user);
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
        if (gather()) {
            changed.put(user, isIn);
        }
    }

    /** What has changed is told in a moment; false if nobody is told anything any more. */
    private boolean gather() {
        if (!isGathering) {
            try {
                ScheduledFuture<?> unused = workers.timer()
                        .schedule(() -> room.turn(null, this::tell), GATHER_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopped) {
                return false;
            }
            isGathering = true;
        }
        return true;
    }

    private void tell() {
        List<String> joined = new ArrayList<>();
        List<String> left = new ArrayList<>();
        changed.forEach((user, isIn) -> (isIn ? joined : left).add(user));
        changed.clear();
        Map<String, String> said = new LinkedHashMap<>();
        saying.forEach(user -> said.put(user, present.getOrDefault(user, "")));
        saying.clear();
        isGathering = false;
        boolean wasCrowd = isCrowd;
        isCrowd = isTooMuch();
        String name = room.id().name();
        if (wasCrowd && !isCrowd) {
            List.copyOf(watching).forEach(this::show);
            return;
        }
        if (isCrowd && wasCrowd && joined.isEmpty() && left.isEmpty()) {
            return;
        }
        Outgoing news = new Outgoing(
                isCrowd
                        ? new Outbound.Crowd(name, present.size()).text()
                        : new Outbound.Presence(name, joined, left, said).text());
        watching.forEach(member -> member.connection.send(List.of(news)));
    }
}
