package dev.parley.connection;

import dev.parley.node.Threads;
import dev.parley.protocol.CloseStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The end of a connection, which comes once, whoever notices first, and later the end of its session. Thread-safe. */
final class Ending {
    private static final Logger LOG = System.getLogger(Connection.class.getName());

    private final String id;
    private final Wire wire;
    private final Workers workers;
    private final Runnable onClosed;
    private final List<Runnable> listeners = new ArrayList<>(1); // guarded by itself
    private volatile @Nullable End end;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();

    /** Why it came, also in a word that is one of a few, and when, in the clock's nanoseconds. */
    record End(CloseStatus code, String cause, long at) {}

    Ending(String id, Wire wire, Workers workers, Runnable onClosed) {
        this.id = id;
        this.wire = wire;
        this.workers = workers;
        this.onClosed = onClosed;
    }

    /** It has come; false if it had before. Calls who waits for it. */
    boolean begin(End how, Supplier<String> report) {
        List<Runnable> waiting;
        synchronized (listeners) {
            if (end != null) {
                return false;
            }
            end = how;
            waiting = List.copyOf(listeners);
            listeners.clear();
        }
        LOG.log(Level.DEBUG, report);
        for (Runnable listener : waiting) { // whose fault is not the connection's: it ends all the same
            Threads.guarded("whoever waited for a connection's end", listener).run();
        }
        return true;
    }

    /** How it came; null if it has not. */
    @Nullable
    End end() {
        return end;
    }

    /** Runs {@code listener} once it begins; at once if it has begun already. */
    void listen(Runnable listener) {
        synchronized (listeners) {
            if (end == null) {
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }

    /** Closes the session, on a pool; once. */
    void close(CloseStatus with) {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        try {
            workers.closes().execute(() -> closeWire(with));
        } catch (RejectedExecutionException stopped) {
            closed(); // the application has stopped, the container closes what is left
        }
    }

    private void closeWire(CloseStatus with) {
        try {
            wire.close(with);
        } catch (Throwable alreadyClosed) {
            LOG.log(Level.DEBUG, () -> "connection " + id + " could not be closed: " + alreadyClosed);
        } finally {
            closed();
        }
    }

    /** The session has been closed, by somebody else. */
    void sessionClosed() {
        if (closing.compareAndSet(false, true)) {
            closed();
        }
    }

    private void closed() {
        onClosed.run();
        closed.complete(null);
    }

    CompletionStage<?> whenClosed() {
        return closed;
    }
}
