package dev.parley.backplane.engine;

import dev.parley.backplane.RoomId;
import dev.parley.node.Threads;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The rooms that are listened to, and the loop that does. What it hears goes to {@link Engine.Events} on that thread; whatever
 * one of them throws ends the connection, and with the next one everything is in doubt again.
 */
final class Listening implements AutoCloseable {
    static final long PROBE_MILLIS = Engine.TIMEOUT_MILLIS / 2;

    private final Map<RoomId, Integer> wanted = new HashMap<>(); // how often; guarded by this
    private final Map<RoomId, Boolean> changes = new LinkedHashMap<>(); // since the listener was made; guarded by this
    private final ConnectionLoop<Engine.Listener> loop;
    private Engine.@Nullable Listener listener; // guarded by this
    private long nextProbe; // of the thread that tends

    Listening(Engine engine, Pulse pulse, Audience events) {
        this.loop = new ConnectionLoop<>(
                "listener",
                pulse,
                () -> connect(engine),
                Engine.Listener::cut,
                (made, beat) -> listen(made, events.to(beat)),
                () -> {});
    }

    void start(Threads threads) {
        loop.start(threads);
    }

    void cutIfStuck() {
        loop.cutIfStuck(ConnectionLoop.LONGEST_CALL);
    }

    boolean isUp() {
        return loop.isUp();
    }

    synchronized void want(RoomId room) {
        if (wanted.merge(room, 1, Integer::sum) == 1) {
            changes.put(room, true);
        }
    }

    synchronized void unwant(RoomId room) {
        if (wanted.merge(room, -1, (old, less) -> old + less == 0 ? null : old + less) == null) {
            changes.put(room, false);
        }
    }

    private Engine.Listener connect(Engine engine) throws LinkException {
        Set<RoomId> rooms;
        synchronized (this) {
            rooms = Set.copyOf(wanted.keySet());
            changes.clear();
        }
        Engine.Listener made = engine.listen(rooms);
        synchronized (this) {
            listener = made;
        }
        return made;
    }

    private void listen(Engine.Listener made, Engine.Events events) throws LinkException {
        try {
            made.listen(events);
        } finally {
            synchronized (this) {
                listener = null;
            }
        }
    }

    /** Says to the listener what it has to listen to, and probes it. A fault ends it, and a new one is made. */
    void tend() {
        Engine.Listener current;
        Map<RoomId, Boolean> due;
        synchronized (this) {
            current = listener;
            if (current == null) {
                return;
            }
            due = new LinkedHashMap<>(changes);
            changes.clear();
        }
        try {
            for (Map.Entry<RoomId, Boolean> change : due.entrySet()) {
                current.attend(change.getKey(), change.getValue());
            }
            if (nextProbe - System.nanoTime() <= 0) {
                nextProbe = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS);
                current.probe();
            }
        } catch (LinkException e) {
            current.cut();
        }
    }

    @Override
    public void close() {
        loop.close();
    }

    /** Who is told, and told that the connection lives by calling {@code beat}. */
    interface Audience {
        Engine.Events to(Runnable beat);
    }
}
