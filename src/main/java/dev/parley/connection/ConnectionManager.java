package dev.parley.connection;

import dev.parley.connection.frames.Frames;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Mark;
import jakarta.servlet.AsyncContext;
import jakarta.websocket.Session;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All connections of this node, and the one timer that watches them. Thread-safe.
 *
 * <p>Every connection is checked four times a second, once a second while nothing is being written to it: is its write stuck, is it due
 * for a ping, did it answer the last one?
 * This is also the only cure for servers that never report that a client has gone.
 */
public final class ConnectionManager {
    /**
     * What every connection of a node lives by.
     *
     * @param maxConnections how many connections the node takes
     * @param outboxMessages how many messages may wait for one peer
     * @param outboxBytes how many bytes may wait for one peer
     * @param sendTimeout how long one write may take
     * @param heartbeat how long a peer may be quiet before it is pinged
     */
    public record Limits(
            int maxConnections, int outboxMessages, long outboxBytes, Duration sendTimeout, Duration heartbeat) {}

    private static final long CHECK_MILLIS = 250;
    private static final int ID_BYTES = 9; // 72 random bits, 12 characters
    private static final long DRAIN_POLL_MILLIS = 10;
    private static final long SHED_MILLIS = 50;
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final Map<String, Connection> connections = new ConcurrentHashMap<>();
    private final Limits limits;
    private final Wires wires;
    private final Outbox.Bounds bounds;
    private final Timing timing;
    private final Workers workers;
    private final LongSupplier nanoTime;
    private final Budget budget;
    private final SecureRandom random = new SecureRandom();
    private final ScheduledFuture<?> checks;
    private volatile boolean draining;
    private final Unread unread;
    private final Tally tally = new Tally(connections.values());
    private volatile Predicate<Figures.Peer> isUnwanted = peer -> false;
    private volatile Observer observer = new Observer() {};
    private volatile boolean shedding;
    private volatile long lastCheck;

    /**
     * Watches connections from now on. What is held for peers is counted in the budget, and whoever holds most of it is closed
     * with 4004.
     *
     * @param frames how frames are written below the session; null if they never are
     */
    public ConnectionManager(
            Limits limits, Workers workers, @Nullable Frames frames, Budget budget, LongSupplier nanoTime) {
        this.budget = budget;
        this.limits = limits;
        this.wires = new Wires(limits, workers, frames);
        this.bounds = new Outbox.Bounds(limits.outboxMessages(), limits.outboxBytes());
        this.timing = Timing.of(limits.sendTimeout(), limits.heartbeat());
        this.workers = workers;
        this.unread = new Unread(workers);
        this.nanoTime = nanoTime;
        this.lastCheck = nanoTime.getAsLong();
        this.checks =
                workers.timer().scheduleWithFixedDelay(this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Takes over what the session is sent, from its {@code @OnOpen} on. */
    public Connection accept(Session session) {
        return accept(wires.over(session));
    }

    /**
     * Takes over what the client of an event stream is sent, whose request waits for that and has not been answered yet.
     *
     * @param places where it was in rooms when it left
     * @throws IllegalStateException if the server does not take it; then it is over
     */
    public Connection accept(AsyncContext context, Map<String, Mark> places) throws IOException {
        StreamWire wire = new StreamWire(context, places, unread);
        Connection connection = accept(wire);
        boolean hasBegun = false;
        try {
            wire.begin(connection);
            hasBegun = true;
        } finally {
            if (!hasBegun) {
                connection.gone();
            }
        }
        return connection;
    }

    /**
     * Takes over what somebody is sent who says one thing and waits for its answer, which fails if that takes too long. It ends when
     * whoever has the answer ends it.
     */
    public Connection accept(CompletableFuture<String> answer) {
        Connection connection = accept(new AnswerWire(answer));
        CompletableFuture<String> unused = workers.within(answer, ANSWER);
        return connection;
    }

    Connection accept(Wire wire) {
        Connection connection = new Connection(
                newId(), wire, bounds, timing, workers, nanoTime, this::forget, peer -> isUnwanted.test(peer), budget);
        connection.onIntroduced(introduced -> observer.opened(introduced));
        connections.put(connection.id(), connection);
        budget.join(connection);
        tally.opened();
        if (draining || shedding) { // its handshake was accepted before the drain began
            connection.close(CloseCode.GOING_AWAY);
        }
        return connection;
    }

    /** What incomplete messages are counted in, and all else that is held for peers. */
    public Budget budget() {
        return budget;
    }

    /** How many connections there are, those included that are being closed. */
    public int count() {
        return connections.size();
    }

    /** Whether frames are written below the session's own methods; not known before the first connection. */
    public boolean writesFrames() {
        return wires.writesFrames();
    }

    /** What every connection lives by. */
    public Limits limits() {
        return limits;
    }

    /** How long ago the timer last looked at the connections; zero once they are all being closed for good. */
    public Duration sinceLastCheck() {
        return draining ? Duration.ZERO : Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - lastCheck));
    }

    /** Whether the node has as many connections as it may have. */
    public boolean isFull() {
        return connections.size() >= limits.maxConnections();
    }

    /**
     * Closes every connection with 1001: politely at first, and when {@code budget} is used up, at once. Blocks until all are
     * closed or the budget is over. Idempotent.
     */
    public void drain(Duration budget) {
        draining = true;
        checks.cancel(false);
        long deadline = System.nanoTime() + budget.toNanos();
        connections.values().forEach(connection -> connection.close(CloseCode.GOING_AWAY));
        try {
            while (!connections.isEmpty() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(DRAIN_POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.values().forEach(connection -> connection.abort(CloseCode.GOING_AWAY));
    }

    /**
     * Closes every connection with 1001, politely and spread over {@code span}, so that other nodes do not get all of them at
     * once; and whoever still arrives, until {@link #readmit}. Returns at once; {@link #count} tells how far it is.
     */
    public void shed(Duration span) {
        shedding = true;
        shed(new ArrayDeque<>(connections.values()), Math.max(1, span.toMillis() / SHED_MILLIS));
    }

    private void shed(ArrayDeque<Connection> rest, long turns) {
        if (!shedding) {
            return;
        }
        for (long quota = (rest.size() + turns - 1) / turns; quota > 0; quota--) {
            rest.remove().close(CloseCode.GOING_AWAY);
        }
        if (!rest.isEmpty()) {
            try {
                ScheduledFuture<?> unused = workers.timer()
                        .schedule(
                                () -> workers.fanOut().execute(() -> shed(rest, Math.max(1, turns - 1))),
                                SHED_MILLIS,
                                TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopped) {
                rest.clear(); // the application has stopped, and with it all connections
            }
        }
    }

    /** Ends what {@link #shed} began: who comes from now on may stay. */
    public void readmit() {
        shedding = false;
    }

    void check() {
        long now = nanoTime.getAsLong();
        lastCheck = now;
        for (Connection connection : connections.values()) {
            try {
                connection.check(now);
            } catch (Throwable e) { // the others are looked at all the same
                Threads.report(connection + " could not be looked at", e);
            }
        }
    }

    private void forget(Connection connection) {
        budget.leave(connection);
        tally.ending(connection); // before it is gone: who looks for it finds it here or there
        connections.remove(connection.id());
        tally.closed(connection);
        if (connection.isIntroduced()) {
            observer.closed(connection);
        }
    }

    /** Who is told which connections there are. Called by the server's threads: must neither block nor throw. */
    public interface Observer {
        /** One is there. */
        default void opened(Connection connection) {}

        /** One that was told of is over. */
        default void closed(Connection connection) {}
    }

    /** Tells one observer from now on. */
    public void observedBy(Observer told) {
        observer = told;
    }

    /** What all connections together have to tell, those that are over included. */
    public Tally tally() {
        return tally;
    }

    /** Whoever {@code unwanted} names is closed with 4501 as soon as it is known who it is. It must not block. */
    public void screen(Predicate<Figures.Peer> unwanted) {
        isUnwanted = unwanted;
    }

    /** The connection of that name, if it is here. */
    public Optional<Connection> find(String id) {
        return Optional.ofNullable(connections.get(id));
    }

    /** All connections, as they are now or a moment later. */
    public Stream<Connection> all() {
        return connections.values().stream();
    }

    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }
}
