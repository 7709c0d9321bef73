package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import dev.parley.node.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A watched loop that holds one connection to the engine and works on it; the one place where a connection is made anew, and
 * where one is cut whose call does not come back. It goes on until it is closed, whatever the engine does, and whatever its work
 * throws: then the connection is given up, because nobody knows how far it got.
 *
 * <p>Drivers bound how long they wait for an answer, but not how long they write: to a peer that has vanished, a batch that is
 * larger than the socket's buffer is written for a quarter of an hour.
 */
final class ConnectionLoop<C extends EngineConnection> implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ConnectionLoop.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(9); // until health takes it for stuck
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final long LASTING_NANOS = TimeUnit.SECONDS.toNanos(5); // a connection that was no false start
    private static final long PING_NANOS = TimeUnit.MILLISECONDS.toNanos(Engine.TIMEOUT_MILLIS / 2);

    private final String name;
    private final Connector<C> connector;
    private final Work<C> work;
    private final LongAdder reconnects = new LongAdder();
    private volatile Threads.@Nullable Loop loop;
    private volatile boolean closed;
    private volatile boolean isUp;
    private volatile long seenNanos = System.nanoTime();
    private volatile @Nullable C current;
    private long pauseMillis = FIRST_PAUSE_MILLIS; // the thread's own
    private boolean wasConnected; // the thread's own

    ConnectionLoop(String name, Connector<C> connector, Work<C> work) {
        this.name = name;
        this.connector = connector;
        this.work = work;
    }

    /** One that takes turns on links. */
    static ConnectionLoop<Link> ofTurns(String name, Connector<Link> connector, Turns turns) {
        return new ConnectionLoop<>(name, connector, turns);
    }

    void start(Threads threads) {
        seenNanos = System.nanoTime();
        loop = threads.start("backplane-" + name, Threads.Part.ENGINE, PATIENCE, this::turn);
    }

    /** Whether there is a connection, as far as is known. */
    boolean isUp() {
        return isUp;
    }

    /** How often a connection was made anew. */
    long reconnects() {
        return reconnects.sum();
    }

    @Nullable
    C current() {
        return current;
    }

    private void turn(Runnable progress) throws Exception {
        Runnable beat = () -> {
            seenNanos = System.nanoTime();
            progress.run();
        };
        if (closed) {
            TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MILLIS); // until the loop is told
            return;
        }
        beat.run();
        work.meanwhile();
        long started = System.nanoTime();
        try (C connection = connector.connect()) {
            current = connection;
            beat.run();
            if (wasConnected) {
                reconnects.increment();
                LOG.log(Level.INFO, "backplane {0}: connected again", name);
            }
            wasConnected = true;
            isUp = true;
            if (!closed) {
                work.on(connection, beat);
            }
        } catch (LinkException | BackplaneException e) {
            if (!closed && (isUp || pauseMillis == FIRST_PAUSE_MILLIS)) {
                report(e);
            }
        } finally {
            current = null;
            if (isUp && System.nanoTime() - started > LASTING_NANOS) {
                pauseMillis = FIRST_PAUSE_MILLIS;
            }
            isUp = false;
        }
        if (!closed) {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(pauseMillis / 2, pauseMillis));
        }
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }

    private void report(Exception e) {
        if (e instanceof BackplaneException) {
            LOG.log(Level.ERROR, "backplane {0}: {1}", name, e.getMessage()); // somebody must change its settings
        } else {
            LOG.log(Level.WARNING, "backplane {0}: connection lost, trying again: {1}", name, e.getMessage());
        }
    }

    /** Cuts the connection if its work has shown no progress for so long. Called by a watch. */
    void cutIfStuck(Duration limit) {
        C connection = current;
        if (connection != null && System.nanoTime() - seenNanos > limit.toNanos()) {
            LOG.log(Level.WARNING, "backplane {0}: a call does not come back, so its connection is cut", name);
            connection.cut();
        }
    }

    /** Gives up this connection and takes a new one. */
    void renew() {
        C connection = current;
        if (connection != null) {
            connection.cut();
        }
    }

    /** Ends what is under way, stops the thread and waits a moment for it. Idempotent. */
    @Override
    public void close() {
        closed = true;
        renew(); // an interrupt does not end a read from a socket
        Threads.Loop started = loop;
        if (started != null) {
            started.close();
        }
    }

    /** Where connections come from. */
    interface Connector<C> {
        C connect() throws LinkException;
    }

    /** What is done on a connection, until it is lost or the thread is interrupted. */
    interface Work<C> {
        /** {@code beat} is to be called at least every second when idle, and before each call that may take long. */
        void on(C connection, Runnable beat) throws LinkException, InterruptedException;

        /** Called while there is no connection, before each attempt. */
        default void meanwhile() {}
    }

    /** Work in turns; while nothing is asked, the engine is pinged. */
    interface Turns extends Work<Link> {
        /** Waits for something to do, at most a second, and does it; whether the engine was asked. */
        boolean take(Link link, Runnable beat) throws LinkException, InterruptedException;

        /** The connection is a new one. */
        default void begin() {}

        @Override
        default void on(Link link, Runnable beat) throws LinkException, InterruptedException {
            begin();
            long nextPing = System.nanoTime() + PING_NANOS;
            while (true) {
                beat.run();
                boolean isAlive = take(link, beat);
                if (!isAlive && nextPing - System.nanoTime() <= 0) {
                    link.ping();
                    isAlive = true;
                }
                nextPing = isAlive ? System.nanoTime() + PING_NANOS : nextPing;
            }
        }
    }
}
