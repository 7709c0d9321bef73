package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread that holds one connection to the engine and works on it; the one place where a connection is made anew. It goes on
 * until it is closed, whatever the engine does.
 */
final class Tether<C extends Closeable> implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Tether.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final long LASTING_NANOS = TimeUnit.SECONDS.toNanos(5); // a connection that was no false start
    private static final long STOP_MILLIS = 2_000;

    private final String name;
    private final Connector<C> connector;
    private final Consumer<C> cutter;
    private final Work<C> work;
    private final Runnable meanwhile;
    private final Pulse pulse;
    private final Thread thread;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean isUp;
    private volatile @Nullable C current;

    /**
     * {@code cutter} ends a connection from another thread; {@code meanwhile} is called, while there is no connection, after
     * each attempt.
     */
    Tether(String name, Pulse pulse, Connector<C> connector, Consumer<C> cutter, Work<C> work, Runnable meanwhile) {
        this.name = name;
        this.pulse = pulse;
        this.connector = connector;
        this.cutter = cutter;
        this.work = work;
        this.meanwhile = meanwhile;
        this.thread = new Thread(this::run, "parley-backplane-" + name);
        thread.setDaemon(true);
        thread.setContextClassLoader(Tether.class.getClassLoader());
    }

    void start() {
        thread.start();
    }

    /** Whether there is a connection, as far as is known. */
    boolean isUp() {
        return isUp;
    }

    private void run() {
        long pause = FIRST_PAUSE_MILLIS;
        boolean isFirst = true;
        while (!closed.get()) {
            long started = System.nanoTime();
            try (C connection = connector.connect()) {
                if (!isFirst) {
                    pulse.reconnected(name);
                }
                isFirst = false;
                isUp = true;
                current = connection;
                if (!closed.get()) {
                    work.on(connection);
                }
            } catch (InterruptedException stopped) {
                break;
            } catch (Exception | LinkageError e) { // a class that is missing must not end the thread in silence
                if (isUp || pause == FIRST_PAUSE_MILLIS) {
                    report(e);
                }
            }
            current = null;
            if (isUp && System.nanoTime() - started > LASTING_NANOS) {
                pause = FIRST_PAUSE_MILLIS;
            }
            isUp = false;
            meanwhile.run();
            try {
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
            } catch (InterruptedException stopped) {
                break;
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
        isUp = false;
    }

    private void report(Throwable e) {
        if (closed.get()) {
            return;
        }
        if (e instanceof BackplaneException) {
            LOG.log(Level.ERROR, "backplane {0}: {1}", name, e.getMessage()); // somebody must change its settings
        } else if (e instanceof LinkException) {
            LOG.log(Level.WARNING, "backplane {0}: connection lost, trying again: {1}", name, e.getMessage());
        } else {
            LOG.log(Level.ERROR, "backplane " + name + ": a fault of ours, trying again", e);
        }
    }

    /** Ends what is under way, stops the thread and waits for it. Idempotent. */
    @Override
    public void close() {
        closed.set(true);
        thread.interrupt();
        C connection = current;
        if (connection != null) {
            cutter.accept(connection); // an interrupt does not end a read from a socket
        }
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where connections come from. */
    interface Connector<C> {
        C connect() throws LinkException;
    }

    /** What is done on a connection, until it is lost or the thread is interrupted. */
    interface Work<C> {
        void on(C connection) throws LinkException, InterruptedException;
    }
}
