package dev.parley.events;

import dev.parley.ConnectionClosed;
import dev.parley.ConnectionOpened;
import dev.parley.Json;
import dev.parley.MemberJoined;
import dev.parley.MemberLeft;
import dev.parley.Message;
import dev.parley.MessagePublished;
import dev.parley.ParleyEvent;
import dev.parley.ParleyListener;
import dev.parley.RoomEvent;
import dev.parley.RoomName;
import dev.parley.RoomOccupied;
import dev.parley.RoomVacated;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.RoomPattern;
import dev.parley.backplane.Turnout;
import dev.parley.backplane.Witness;
import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What happens on this node and, each once in the cluster, in rooms: made into events for whoever observes them. Until somebody does,
 * neither the engine nor the connections have anything to tell here. Thread-safe.
 */
public final class Events implements Witness, AutoCloseable {
    /** All kinds of events, by the name under which webhooks know them. */
    static final Map<String, Class<? extends ParleyEvent>> KINDS = Map.of(
            "member.joined", MemberJoined.class,
            "member.left", MemberLeft.class,
            "room.occupied", RoomOccupied.class,
            "room.vacated", RoomVacated.class,
            "message.published", MessagePublished.class,
            "connection.opened", ConnectionOpened.class,
            "connection.closed", ConnectionClosed.class);

    private static final Set<Class<?>> OF_MEMBERS =
            Set.of(MemberJoined.class, MemberLeft.class, RoomOccupied.class, RoomVacated.class);
    private static final String ALL = "*";
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final Backplane backplane;
    private final ConnectionManager connections;
    private final Budget budget;
    private final InstantSource clock;
    private final ThreadFactory threads;
    private final Tally tally = new Tally("told", "dropped", "failed");
    private volatile List<Observer> observers = List.of(); // swapped under the lock
    private boolean isOver; // guarded by this
    private volatile @Nullable Webhook webhook;

    /** @param threads makes those that listeners are called on */
    public Events(
            Backplane backplane,
            ConnectionManager connections,
            Budget budget,
            InstantSource clock,
            ThreadFactory threads) {
        this.threads = threads;
        this.backplane = backplane;
        this.connections = connections;
        this.budget = budget;
        this.clock = clock;
    }

    /**
     * Is told from now on.
     *
     * @throws IllegalArgumentException if its rooms are no pattern, or there is no event of its kind in a room
     */
    public <E extends ParleyEvent> void add(ParleyListener<E> listener) {
        Class<E> type = listener.type();
        String name = "listener " + listener;
        Set<Class<?>> kinds =
                KINDS.values().stream().filter(type::isAssignableFrom).collect(Collectors.toSet());
        Set<RoomPattern> rooms = rooms(name, listener.rooms(), kinds);
        add(kinds, rooms, new Lane(name, event -> listener.happened(type.cast(event)), threads, budget, tally));
    }

    /** Is told from now on of what it has been set up for. */
    public void add(Webhook added) {
        webhook = added;
        add(Set.copyOf(added.target().kinds()), added.target().rooms(), added);
    }

    private static Set<RoomPattern> rooms(String name, String pattern, Set<Class<?>> kinds) {
        if (pattern.equals(ALL)) {
            return Set.of();
        }
        if (kinds.stream().noneMatch(RoomEvent.class::isAssignableFrom)) {
            throw new IllegalArgumentException(name + ": a connection is in no room");
        }
        try {
            return Set.of(new RoomPattern(pattern));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(name + ": " + wrong.getMessage(), wrong);
        }
    }

    private void add(Set<Class<?>> kinds, Set<RoomPattern> rooms, Sink sink) {
        boolean isFirst;
        synchronized (this) {
            if (isOver) {
                return;
            }
            isFirst = observers.isEmpty();
            List<Observer> more = new ArrayList<>(observers);
            more.add(new Observer(kinds, List.copyOf(rooms), sink));
            observers = List.copyOf(more);
        }
        if (isFirst) {
            backplane.witnessedBy(this);
            connections.observedBy(new Connections());
        }
    }

    /** Events by what became of them, each once for every observer; those of webhooks aside. */
    public Map<String, Long> counts() {
        return tally.sums();
    }

    /** What became of what was posted to the webhook. */
    public Map<String, Long> posted() {
        Webhook hook = webhook;
        return hook == null ? Map.of() : hook.counts();
    }

    /** How many events wait to be posted. */
    public int toBePosted() {
        Webhook hook = webhook;
        return hook == null ? 0 : hook.waiting();
    }

    @Override
    public boolean seesMembers(RoomId room) {
        return observers.stream().anyMatch(observer -> observer.sees(OF_MEMBERS, room));
    }

    @Override
    public boolean seesMessages(RoomId room) {
        return !room.isInbox() // what one user is told is nobody else's
                && observers.stream().anyMatch(observer -> observer.sees(Set.of(MessagePublished.class), room));
    }

    @Override
    public void moved(RoomId room, Turnout turnout) {
        turnout.left()
                .forEach(user -> tell(room, MemberLeft.class, name -> new MemberLeft(name, user, clock.instant())));
        if (turnout.isEmpty()) {
            tell(room, RoomVacated.class, name -> new RoomVacated(name, clock.instant()));
        }
        if (turnout.wasEmpty()) {
            tell(room, RoomOccupied.class, name -> new RoomOccupied(name, clock.instant()));
        }
        turnout.joined()
                .forEach(user -> tell(room, MemberJoined.class, name -> new MemberJoined(name, user, clock.instant())));
    }

    @Override
    public void stored(RoomId room, Position position, Draft draft) {
        tell(
                room,
                MessagePublished.class,
                name -> new MessagePublished(
                        name,
                        new dev.parley.Position(position.epoch(), position.seq(), position.message()),
                        new Message.Author(draft.author().user(), draft.author().connection()),
                        draft.kind() == Draft.Kind.JSON ? Json.raw(draft.text()) : Json.of(draft.text()),
                        clock.instant()));
    }

    private void tell(RoomId room, Class<? extends RoomEvent> kind, Function<RoomName, RoomEvent> making) {
        for (Observer observer : observers) {
            if (observer.kinds.contains(kind)) {
                guarded(() -> observer.reading(room)
                        .ifPresent(
                                variables -> observer.sink.give(making.apply(new RoomName(room.name(), variables)))));
            }
        }
    }

    private static void guarded(Runnable telling) {
        Threads.guarded("telling what happened", telling).run();
    }

    /** Tells nobody any more; what waits has a moment, all of it together. */
    @Override
    public void close() {
        List<Observer> last;
        synchronized (this) {
            isOver = true;
            last = observers;
            observers = List.of();
        }
        last.forEach(observer -> observer.sink.end());
        long end = System.nanoTime() + LAST_WORDS.toNanos();
        for (Observer observer : last) {
            try {
                observer.sink.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // and the next one has no time at all
            }
        }
    }

    /** Of this node. */
    private final class Connections implements ConnectionManager.Observer {
        @Override
        public void opened(Connection connection) {
            tell(new ConnectionOpened(
                    connection.id(), connection.peer().user(), connection.peer().endpoint(), clock.instant()));
        }

        @Override
        public void closed(Connection connection) {
            tell(new ConnectionClosed(
                    connection.id(),
                    connection.peer().user(),
                    connection.peer().endpoint(),
                    connection.endCause(),
                    connection.since(),
                    clock.instant()));
        }

        private void tell(ParleyEvent event) {
            for (Observer observer : observers) {
                if (observer.kinds.contains(event.getClass())) {
                    guarded(() -> observer.sink.give(event));
                }
            }
        }
    }

    /** Of which kinds of events in which rooms; all rooms, if there is no pattern. */
    private record Observer(Set<Class<?>> kinds, List<RoomPattern> rooms, Sink sink) {
        boolean sees(Set<Class<?>> some, RoomId room) {
            return kinds.stream().anyMatch(some::contains) && reading(room).isPresent();
        }

        /** What the variables of the first pattern stand for that fits. */
        Optional<Map<String, String>> reading(RoomId room) {
            return rooms.isEmpty()
                    ? Optional.of(Map.of())
                    : rooms.stream()
                            .flatMap(pattern -> pattern.match(room).stream())
                            .findFirst();
        }
    }
}
