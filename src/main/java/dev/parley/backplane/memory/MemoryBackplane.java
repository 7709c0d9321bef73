package dev.parley.backplane.memory;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Health;
import dev.parley.backplane.Position;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A log per room in this process's memory, bounded in entries. The epoch is random at start, so after a restart everybody
 * notices that the log is a new one.
 */
public final class MemoryBackplane implements Backplane {
    private final Map<RoomId, MemoryLog> logs = new ConcurrentHashMap<>();
    private final String epoch = Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX);
    private final MemoryPresence presence = new MemoryPresence();
    private final MemoryShelf shelf = new MemoryShelf();
    private final MemoryControl control = new MemoryControl();
    private final int entriesPerRoom;
    private final InstantSource clock;
    private volatile boolean closed;

    /** Keeps the last {@code entriesPerRoom} entries of each room. */
    public MemoryBackplane(int entriesPerRoom, InstantSource clock) {
        this.entriesPerRoom = entriesPerRoom;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Appended> append(RoomId room, Draft draft) {
        if (closed) {
            return CompletableFuture.failedStage(new BackplaneException("the backplane is closed"));
        }
        return CompletableFuture.completedStage(log(room).append(draft, clock.instant()));
    }

    @Override
    public Following follow(RoomId room, Follower follower) {
        return log(room).follow(follower);
    }

    @Override
    public CompletionStage<Slice> read(RoomId room, Position after, int limit) {
        return CompletableFuture.completedStage(log(room).read(after, limit));
    }

    @Override
    public CompletionStage<Slice> readBefore(RoomId room, long seq, int limit) {
        return CompletableFuture.completedStage(log(room).readBefore(seq, limit));
    }

    @Override
    public CompletionStage<Position> purge(RoomId room) {
        return CompletableFuture.completedStage(log(room).purge());
    }

    @Override
    public CompletionStage<?> keep(String key, String value, Duration life) {
        return shelf.put(key, value, life, clock.instant())
                ? CompletableFuture.completedStage(true)
                : CompletableFuture.failedStage(new BackplaneException("too much is kept"));
    }

    @Override
    public CompletionStage<Optional<String>> take(String key) {
        return CompletableFuture.completedStage(shelf.take(key, clock.instant()));
    }

    @Override
    public PresenceStore presence() {
        return presence;
    }

    @Override
    public ControlBus control() {
        return control;
    }

    @Override
    public Health health() {
        return new Health("memory", !closed, Duration.ZERO, 0, 0);
    }

    @Override
    public void close() {
        closed = true;
        logs.clear();
    }

    private MemoryLog log(RoomId room) {
        return logs.computeIfAbsent(room, name -> new MemoryLog(room, epoch, entriesPerRoom));
    }
}
