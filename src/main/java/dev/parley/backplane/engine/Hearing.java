package dev.parley.backplane.engine;

import dev.parley.backplane.RoomId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The ear, on a thread of its own, and the rooms that it is to listen to. What it hears goes to a {@link Engine.Hearer} on that
 * thread.
 */
final class Hearing implements AutoCloseable {
    static final long PROBE_MILLIS = Engine.TIMEOUT_MILLIS / 2;

    private final Map<RoomId, Integer> wanted = new HashMap<>(); // how often; guarded by this
    private final Map<RoomId, Boolean> changes = new LinkedHashMap<>(); // since the ear was made; guarded by this
    private final Tether<Engine.Ear> tether;
    private Engine.@Nullable Ear ear; // guarded by this
    private long nextProbe; // of the thread that tends

    Hearing(Engine engine, Pulse pulse, Supplier<Engine.Hearer> hearer) {
        this.tether = new Tether<>(
                "ear", pulse, () -> connect(engine), Engine.Ear::cut, ear -> listen(ear, hearer.get()), () -> {});
    }

    void start() {
        tether.start();
    }

    boolean isUp() {
        return tether.isUp();
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

    private Engine.Ear connect(Engine engine) throws LinkException {
        Set<RoomId> rooms;
        synchronized (this) {
            rooms = Set.copyOf(wanted.keySet());
            changes.clear();
        }
        Engine.Ear made = engine.listen(rooms);
        synchronized (this) {
            ear = made;
        }
        return made;
    }

    private void listen(Engine.Ear made, Engine.Hearer hearer) throws LinkException {
        try {
            made.listen(hearer);
        } finally {
            synchronized (this) {
                ear = null;
            }
        }
    }

    /** Says to the ear what it has to listen to, and probes it. A fault ends the ear, and a new one is made. */
    void tend() {
        Engine.Ear current;
        Map<RoomId, Boolean> due;
        synchronized (this) {
            current = ear;
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
        tether.close();
    }
}
