package dev.parley.backplane.engine;

import dev.parley.backplane.RoomId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The rooms that are listened to, and the loop that does. What it hears goes to {@link Engine.Events} on that thread; whatever
 * one of them throws ends the connection, and with the next one everything is in doubt again.
 */
final class Listening {
    private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(Engine.TIMEOUT_MILLIS / 2);

    private final Map<RoomId, Integer> wanted = new HashMap<>(); // how often; guarded by this
    private final Map<RoomId, Boolean> changes = new LinkedHashMap<>(); // since the listener was made; guarded by this
    private final ConnectionLoop<Engine.Listener> loop;
    private long nextProbe = System.nanoTime(); // of the thread that tends

    Listening(Engine engine, Engine.Events events) {
        this.loop = new ConnectionLoop<>(
                "listener", () -> engine.listen(rooms()), (listener, beat) -> listener.listen(events, beat));
    }

    ConnectionLoop<Engine.Listener> loop() {
        return loop;
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

    private synchronized Set<RoomId> rooms() {
        changes.clear();
        return Set.copyOf(wanted.keySet());
    }

    /** Says to the listener what it has to listen to, and probes it. A fault ends it, and a new one is made. */
    void tend() {
        Engine.Listener listener;
        Map<RoomId, Boolean> due;
        synchronized (this) { // a listener that comes after this one is told of all rooms
            listener = loop.current();
            if (listener == null) {
                return;
            }
            due = new LinkedHashMap<>(changes);
            changes.clear();
        }
        try {
            for (Map.Entry<RoomId, Boolean> change : due.entrySet()) {
                listener.attend(change.getKey(), change.getValue());
            }
            if (nextProbe - System.nanoTime() <= 0) {
                nextProbe = System.nanoTime() + PROBE_NANOS;
                listener.probe();
            }
        } catch (LinkException e) {
            listener.cut();
        }
    }
}
