package dev.parley.backplane.memory;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Extent;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Health;
import dev.parley.backplane.Keep;
import dev.parley.backplane.OutOfOrderException;
import dev.parley.backplane.Position;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.backplane.Witness;
import dev.parley.node.Budget;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A log per room in this process's memory, bounded in entries for each room and in bytes for all. The epoch of a log is random,
 * so after a restart everybody notices that the log is a new one.
 *
 * <p>All logs together hold at most half of the node's budget. Beyond that, and whenever the budget asks for it, whole rooms go
 * that nobody follows, the longest silent first; then the oldest half of the biggest log. Whoever comes back reads
 * {@link dev.parley.backplane.Break.Reason#EPOCH} or {@link dev.parley.backplane.Break.Reason#TRIMMED}. Rooms that nobody follows
 * and in which nothing is said for an hour, or for as long as they keep what was said, are forgotten. Nothing is evicted under the lock of a log.
 */
public final class MemoryBackplane implements Backplane, Budget.Holder {
    static final Duration IDLE = Duration.ofHours(1);
    static final int MAX_LOGS = 100_000;
    private static final Duration SWEEP = Duration.ofMinutes(1);

    private final Map<RoomId, MemoryLog> logs = new ConcurrentHashMap<>();
    private final String epoch = Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX);
    private final AtomicLong made = new AtomicLong(); // logs
    private final AtomicLong bytes = new AtomicLong(); // that all logs hold
    private final ReentrantLock evicting = new ReentrantLock();
    private final MemoryPresence presence = new MemoryPresence();
    private final MemoryShelf shelf;
    private final MemoryControl control = new MemoryControl();
    private final int entriesPerRoom;
    private final InstantSource clock;
    private final Budget budget;
    private volatile Function<RoomId, Keep> keeps = room -> Keep.ALL;
    private volatile @Nullable Witness witness;
    private volatile Instant nextSweep;
    private volatile boolean closed;

    /** Keeps the last {@code entriesPerRoom} entries of each room. */
    public MemoryBackplane(int entriesPerRoom, InstantSource clock, Budget budget) {
        this.entriesPerRoom = entriesPerRoom;
        this.clock = clock;
        this.budget = budget;
        this.shelf = new MemoryShelf(budget);
        this.nextSweep = clock.instant().plus(SWEEP);
        budget.join(this);
    }

    @Override
    public CompletionStage<Appended> append(RoomId room, Draft draft, @Nullable String after) {
        if (closed) {
            return CompletableFuture.failedStage(new BackplaneException("the backplane is closed"));
        }
        try {
            return CompletableFuture.completedStage(store(room, draft, after));
        } catch (OutOfOrderException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Nothing can go wrong between one and the next. */
    @Override
    public CompletionStage<Map<RoomId, Appended>> append(Map<RoomId, Draft> drafts) {
        Map<RoomId, Appended> all = new HashMap<>();
        if (closed) {
            return CompletableFuture.failedStage(new BackplaneException("the backplane is closed"));
        }
        drafts.forEach((room, draft) -> all.put(room, store(room, draft, null)));
        return CompletableFuture.completedStage(all);
    }

    private Appended store(RoomId room, Draft draft, @Nullable String after) {
        Instant now = clock.instant();
        Appended appended = in(room, now, log -> {
            Optional<Appended> answer = log.append(draft, after, now, entry -> stored(room, entry));
            log.trim(keeps.apply(room), now);
            return answer;
        });
        if (bytes.get() > budget.max() / 2) {
            evict(budget.max() / 2 - budget.max() / 16);
        }
        return appended;
    }

    private void stored(RoomId room, Entry entry) {
        Witness told = witness;
        if (told != null && entry.draft().kind() != Draft.Kind.LEFT && told.seesMessages(room)) {
            told.stored(room, entry.position(), entry.draft());
        }
    }

    @Override
    public Following follow(RoomId room, Follower follower) {
        return in(room, clock.instant(), log -> log.follow(follower));
    }

    @Override
    public boolean signal(RoomId room, Signal signal) {
        Signal.requireShort(signal);
        MemoryLog log = logs.get(room);
        if (log != null) {
            log.signal(signal);
        }
        return !closed;
    }

    /** Nobody makes a log by asking for one. */
    @Override
    public CompletionStage<Slice> read(RoomId room, Position after, int limit, long atMost) {
        return CompletableFuture.completedStage(
                existing(room).read(after, limit, atMost, keeps.apply(room), clock.instant()));
    }

    @Override
    public CompletionStage<Slice> readOn(RoomId room, Position after, int limit, long atMost) {
        return CompletableFuture.completedStage(existing(room).read(after, limit, atMost, Keep.ALL, clock.instant()));
    }

    @Override
    public CompletionStage<Slice> readBefore(RoomId room, long seq, int limit, long atMost) {
        return CompletableFuture.completedStage(
                existing(room).readBefore(seq, limit, atMost, keeps.apply(room), clock.instant()));
    }

    @Override
    public CompletionStage<Extent> extent(RoomId room) {
        return CompletableFuture.completedStage(existing(room).extent(keeps.apply(room), clock.instant()));
    }

    @Override
    public CompletionStage<Position> purge(RoomId room) {
        return CompletableFuture.completedStage(existing(room).purge());
    }

    @Override
    public CompletionStage<Boolean> erase(RoomId room, String message) {
        return CompletableFuture.completedStage(existing(room).erase(message, clock.instant()));
    }

    private MemoryLog existing(RoomId room) {
        MemoryLog log = logs.get(room);
        return log != null ? log : new MemoryLog(room, "", 1, Instant.EPOCH, held -> {});
    }

    /** Does it in the room's log, which is a new one if there is none, or if it has just been forgotten. */
    private <T> T in(RoomId room, Instant now, Function<MemoryLog, Optional<T>> what) {
        if (logs.size() >= MAX_LOGS || now.isAfter(nextSweep)) {
            sweep(now);
        }
        while (true) {
            MemoryLog log = logs.computeIfAbsent(
                    room,
                    name -> new MemoryLog(
                            room,
                            epoch + '.' + Long.toString(made.incrementAndGet(), Character.MAX_RADIX),
                            entriesPerRoom,
                            now,
                            this::hold));
            Optional<T> done = what.apply(log);
            if (done.isPresent()) {
                return done.get();
            }
            logs.remove(room, log);
        }
    }

    private void hold(long more) {
        bytes.addAndGet(more);
        budget.hold(Budget.Use.LOG, more);
    }

    @Override
    public void retain(Function<RoomId, Keep> rules) {
        keeps = rules;
    }

    /** Forgets what is not to be kept, what has been idle for long, and of too many logs the longest idle ones. */
    private void sweep(Instant now) {
        int goal = logs.size() >= MAX_LOGS ? MAX_LOGS - MAX_LOGS / 8 : Integer.MAX_VALUE;
        evicting(() -> {
            nextSweep = now.plus(SWEEP);
            logs.forEach((room, log) -> log.trim(keeps.apply(room), now));
            forgetIdle(end -> !end.isAfter(now) || logs.size() > goal);
        });
    }

    private void evicting(Runnable task) {
        if (evicting.tryLock()) { // else somebody is at it
            try {
                task.run();
            } finally {
                evicting.unlock();
            }
        }
    }

    /** Forgets logs that nobody follows, those first that would be first if nothing more were said, for as long as it says. */
    private void forgetIdle(Predicate<Instant> goesOn) {
        record Idle(RoomId room, MemoryLog log, Instant end) {} // times may change while it is sorted
        List<Idle> found = new ArrayList<>();
        logs.forEach((room, log) -> {
            if (!log.isFollowed()) {
                Keep keep = keeps.apply(room);
                found.add(new Idle(room, log, log.touched().plus(keep.isTimed() ? keep.age() : IDLE)));
            }
        });
        found.sort(Comparator.comparing(Idle::end));
        for (Idle idle : found) {
            if (!goesOn.test(idle.end())) {
                return;
            }
            if (idle.log().forget()) {
                logs.remove(idle.room(), idle.log());
            }
        }
    }

    private void evict(long goal) {
        record Sized(MemoryLog log, long bytes) {} // it may change while they are compared
        evicting(() -> {
            forgetIdle(touched -> bytes.get() > goal);
            while (bytes.get() > goal) {
                Optional<Sized> biggest = logs.values().stream()
                        .map(log -> new Sized(log, log.bytes()))
                        .max(Comparator.comparingLong(Sized::bytes));
                long before = bytes.get();
                biggest.ifPresent(sized -> sized.log().halve());
                if (bytes.get() >= before) {
                    return; // nothing is left but the logs themselves
                }
            }
        });
    }

    @Override
    public long held() {
        return bytes.get() / 2;
    }

    @Override
    public void giveWay() {
        evict(bytes.get() / 2);
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
    public void witnessedBy(Witness told) {
        witness = told;
        presence.witnessedBy(told);
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
        return new Health("memory", !closed, Duration.ZERO, 0, 0, 0);
    }

    @Override
    public void close() {
        closed = true;
        budget.leave(this);
        logs.clear();
        budget.release(Budget.Use.LOG, bytes.getAndSet(0));
    }
}
