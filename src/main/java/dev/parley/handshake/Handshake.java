package dev.parley.handshake;

import jakarta.websocket.Session;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

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

    /**
     * A decided handshake.
     *
     * @param endpoint the endpoint class it was bound for
     * @param parameters the endpoint's record
     * @param cleanup what must be closed when it ends
     * @param closing where that may block
     */
    Handshake(Class<?> endpoint, Record parameters, Cleanup cleanup, Executor closing) {
        this.endpoint = endpoint;
        this.parameters = parameters;
        this.cleanup = cleanup;
        this.closing = closing;
    }

    /**
     * What was bound for a session, to be asked for in {@code @OnOpen}; or nothing if it came past the gate, in which case it must
     * not be served.
     *
     * @param <P> the endpoint's record
     */
    public static <P extends Record> Optional<P> of(Session session, Class<P> parameters) {
        return of(session)
                .filter(handshake -> parameters.isInstance(handshake.parameters) && handshake.open())
                .map(handshake -> parameters.cast(handshake.parameters));
    }

    /**
     * Says that a session is over, so that what its dependencies opened is closed. Idempotent; never blocks. To be called in
     * {@code @OnClose}, and by whatever notices earlier, because some servers forget to call that.
     */
    public static void end(Session session) {
        of(session).ifPresent(Handshake::end);
    }

    /** Where a session's handshake came from, as the server saw it: a proxy's address, unless the server looks behind it. */
    public static String addressOf(Session session) {
        return of(session).map(handshake -> handshake.address).orElse("");
    }

    Handshake from(String known) {
        address = known;
        return this;
    }

    private static Optional<Handshake> of(Session session) {
        return session.getUserProperties().get(KEY) instanceof Handshake handshake
                ? Optional.of(handshake)
                : Optional.empty();
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

    /** Whether there is anything to do when it ends. */
    boolean holdsAnything() {
        return !cleanup.isEmpty();
    }

    void end() {
        if (state.getAndSet(State.ENDED) != State.ENDED && holdsAnything()) {
            closing.execute(cleanup::run);
        }
    }

    private boolean open() {
        return state.compareAndSet(State.DECIDED, State.OPEN) || state.get() == State.OPEN;
    }

    /** Says nothing of the parameters, which may hold credentials. */
    @Override
    public String toString() {
        return "handshake for " + endpoint.getSimpleName();
    }
}
