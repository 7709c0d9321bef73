package dev.parley.library;

import dev.parley.RoomListener;
import dev.parley.Subscription;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Break;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.node.Threads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A listener, and how far it has come. It reads the log for itself, some messages at a time, whenever the log has grown and the
 * listener has taken what came before: so a slow one holds nothing but its place. Thread-safe.
 */
final class Listening implements Subscription, Follower {
    private static final int AT_ONCE = 200;
    private static final long BYTES_AT_ONCE = 256 * 1024;
    private static final long RETRY_SECONDS = 1;

    private final RoomId room;
    private final RoomListener listener;
    private final Executor executor;

    // Guarded by this.
    private @Nullable Backplane backplane;
    private @Nullable Following following;
    private @Nullable Position after;
    private boolean isReading;
    private boolean hasGrown;
    private volatile boolean isOver;

    /** Begins after a position, or now. */
    Listening(LocalParley parley, RoomId room, @Nullable Position since, RoomListener listener) {
        this.room = room;
        this.listener = listener;
        this.executor = parley.listeners();
        this.after = since;
        parley.use(this::follow);
    }

    private void follow(Backplane started) {
        Following follows = started.follow(room, this); // without the lock, which whoever tells us takes
        synchronized (this) {
            backplane = started;
            following = follows;
        }
        if (isOver) {
            follows.close();
        }
        follows.from().thenAccept(this::begin);
    }

    private void begin(Position from) {
        synchronized (this) {
            if (after == null) {
                after = from;
            }
        }
        wake();
    }

    @Override
    public void appended(Entry entry) {
        wake();
    }

    @Override
    public void broken(Break gap) {
        wake(); // reading tells it, too
    }

    private void wake() {
        synchronized (this) {
            hasGrown = true;
            if (isReading || after == null || isOver) {
                return;
            }
            isReading = true;
        }
        hand(executor, this::read);
    }

    private void read() {
        Position from;
        Backplane engine;
        synchronized (this) {
            hasGrown = false;
            from = after;
            engine = backplane;
        }
        if (from == null || engine == null || isOver) {
            return;
        }
        engine.readOn(room, from, AT_ONCE, BYTES_AT_ONCE).whenComplete((slice, failure) -> {
            if (slice == null) { // the engine is away
                hand(CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS, executor), this::read);
            } else {
                hand(executor, () -> tell(from, slice));
            }
        });
    }

    private void tell(Position from, Slice slice) {
        if (!slice.isWhole()) {
            guarded(() -> listener.gap(LocalRoom.position(from)));
        }
        Position last = slice.isWhole() ? from : slice.top();
        for (Entry entry : slice.entries()) {
            if (isOver) {
                return;
            }
            if (LocalRoom.isSaid(entry)) {
                guarded(() -> listener.message(LocalRoom.message(entry)));
            }
            Erasure.in(entry.draft()).ifPresent(erasure -> guarded(() -> listener.erased(erasure.message())));
            last = entry.position();
        }
        synchronized (this) {
            after = last;
            if (!slice.more() && !hasGrown) {
                isReading = false;
                return;
            }
        }
        hand(executor, this::read);
    }

    private static void guarded(Runnable call) {
        Threads.guarded("a listener of the application", call).run();
    }

    private static void hand(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException stopped) {
            // nobody listens any more
        }
    }

    @Override
    public void close() {
        Following last;
        synchronized (this) {
            isOver = true;
            last = following;
        }
        if (last != null) {
            last.close();
        }
    }
}
