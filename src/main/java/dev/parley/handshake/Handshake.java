package dev.parley.handshake;

import dev.parley.node.Threads;
import dev.parley.node.Tracing;
import jakarta.websocket.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a visitor brought, as the gate bound it; the only thing that carries identity from the request to the session. It ends
 * with the connection, or without ever having become one, and then what its dependencies opened is closed. Thread-safe.
 */
public final class Handshake {
    private static final String KEY = Handshake.class.getName();

    private enum State {
        DECIDED,
        OPEN,
        ENDED
    }

    private final Class<?> endpoint;
    private final Record parameters;
    private final Cleanup cleanup;
    private final Executor closing;
    private final AtomicReference<State> state = new AtomicReference<>(State.DECIDED);
    private volatile String address = "";
    private volatile String path = "";
    private volatile Tracing.@Nullable Origin origin;
    private volatile boolean thrownOut;
    private volatile Optional<Credential> credential; // written under the lock
    private boolean revoked; // guarded by this
    private @Nullable Runnable onRevoked; // guarded by this
    private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();
    private final List<Runnable> endListeners = new ArrayList<>(2); // guarded by itself

    /**
     * A decided handshake.
     *
     * @param endpoint the endpoint class it was bound for
     * @param bound the endpoint's record, whose it is, and what must be closed when it ends
     * @param closing where that may block
     */
    Handshake(Class<?> endpoint, Binder.Bound bound, Executor closing) {
        this.endpoint = endpoint;
        this.parameters = (Record) bound.value();
        this.credential = bound.credential();
        this.cleanup = bound.cleanup();
        this.closing = closing;
    }

    /**
     * What was bound for a session, to be asked for in {@code @OnOpen}; or nothing if it came past the gate, in which case it must
     * not be served.
     *
     * @param <P> the endpoint's record
     */
    public static <P extends Record> Optional<P> of(Session session, Class<P> parameters) {
        return of(session).flatMap(handshake -> handshake.open(parameters));
    }

    /**
     * The handshake of a session, to be asked for in {@code @OnOpen} and kept: afterwards some servers no longer tell. Nothing if
     * the session came past the gate, in which case it must not be served.
     */
    public static Optional<Handshake> of(Session session) {
        return session.getUserProperties().get(KEY) instanceof Handshake handshake
                ? Optional.of(handshake)
                : Optional.empty();
    }

    /** Where it came from, as the server saw it: a proxy's address, unless the server looks behind it. */
    public String address() {
        return address;
    }

    /** What the visitor does, if that is traced. */
    public Tracing.@Nullable Origin origin() {
        return origin;
    }

    /** The path template of its endpoint. */
    public String path() {
        return path;
    }

    Handshake at(String template) {
        path = template;
        return this;
    }

    Handshake from(String known, Tracing.@Nullable Origin traced) {
        address = known;
        origin = traced;
        return this;
    }

    /** Whose it is, if one of its dependencies has said so, or {@link #renew} has. */
    public Optional<Credential> credential() {
        return credential;
    }

    /**
     * Takes another credential of the same user, or a first one: from now on its end is what counts.
     *
     * @return false if it is another user's; then everything stays as it was
     */
    public synchronized boolean renew(Credential next) {
        if (credential
                .filter(known -> !known.identity().equals(next.identity()))
                .isPresent()) {
            return false;
        }
        credential = Optional.of(next);
        return true;
    }

    /** Says what to do, once, when the credential has ended before the connection; at once if it has already. */
    public void onRevoked(Runnable listener) {
        synchronized (this) {
            if (!revoked) {
                onRevoked = listener;
                return;
            }
        }
        tell(listener);
    }

    /** The credential has ended: its time was up, or the login is over that it came from. Idempotent. */
    void revoke() {
        Runnable listener;
        synchronized (this) {
            listener = revoked ? null : onRevoked;
            revoked = true;
        }
        if (listener != null) {
            tell(listener);
        } else if (isWaiting()) {
            end();
        }
    }

    Class<?> endpoint() {
        return endpoint;
    }

    Record parameters() {
        return parameters;
    }

    void storeIn(Map<String, Object> userProperties) {
        userProperties.put(KEY, this);
    }

    /** Whether nobody has made a session of it, nor given it up. */
    boolean isWaiting() {
        return state.get() == State.DECIDED;
    }

    /** Has somebody told when it ends, before anything is closed and on the thread that ends it: it must not block. */
    void onEnded(Runnable listener) {
        synchronized (endListeners) {
            if (state.get() != State.ENDED) {
                endListeners.add(listener);
                return;
            }
        }
        tell(listener);
    }

    /** Whoever sweeps or ends many handshakes goes on with the next one, whatever the listener of one throws. */
    private static void tell(Runnable listener) {
        Threads.guarded("a listener of a handshake", listener).run();
    }

    /**
     * The endpoint's record; nothing if it is another endpoint's, or the handshake has ended. From now on there is a session, and
     * whoever has it must {@link #end} it.
     *
     * @param <P> the endpoint's record
     */
    public <P extends Record> Optional<P> open(Class<P> type) {
        return type.isInstance(parameters)
                        && (state.compareAndSet(State.DECIDED, State.OPEN) || state.get() == State.OPEN)
                ? Optional.of(type.cast(parameters))
                : Optional.empty();
    }

    /** Says that its client has exceeded a limit and is to be closed for that; before {@link #end}. It may be kept from coming back. */
    public void throwOut() {
        thrownOut = true;
    }

    boolean isThrownOut() {
        return thrownOut;
    }

    /**
     * Says that the session is over, so that what dependencies opened is closed. Idempotent; never blocks. To be called in
     * {@code @OnClose}, and by whoever notices earlier, because some servers forget to call that.
     */
    public void end() {
        State before = state.getAndSet(State.ENDED);
        if (before == State.DECIDED) {
            closed.complete(null); // nobody has made a session of it
        }
        if (before != State.ENDED) {
            List<Runnable> listeners;
            synchronized (endListeners) {
                listeners = List.copyOf(endListeners);
                endListeners.clear();
            }
            listeners.forEach(Handshake::tell);
            if (!cleanup.isEmpty()) {
                close();
            }
        }
    }

    /**
     * Has something done once after the session, on a thread that may be blocked, and before what its dependencies opened is closed.
     */
    public void beforeCleanup(AutoCloseable task) {
        cleanup.add(task);
        if (state.get() == State.ENDED) {
            close();
        }
    }

    /** Says that its session has been closed, and its peer told why. To be called by whoever has opened it. Idempotent. */
    public void sessionClosed() {
        closed.complete(null);
    }

    /** Done once there is no session of it any more. */
    CompletableFuture<@Nullable Void> whenClosed() {
        return closed;
    }

    private void close() {
        try {
            closing.execute(cleanup::run);
        } catch (Throwable noThread) { // there is no memory for one; what was opened is closed all the same
            Threads.report("closing what a handshake holds", noThread);
            cleanup.run();
        }
    }

    /** Says nothing of the parameters, which may hold credentials. */
    @Override
    public String toString() {
        return "handshake for " + endpoint.getSimpleName();
    }
}
