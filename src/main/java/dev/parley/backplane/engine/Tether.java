package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A thread that holds one connection to the engine and works on it; the one place where a connection is made anew. It goes on
 * until it is closed, whatever the engine does.
 */
final class Tether<C extends Closeable> implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Tether.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final long STOP_MILLIS = 2_000;

    private final String name;
    private final Connector<C> connector;
    private final Work<C> work;
    private final Runnable meanwhile;
    private final Pulse pulse;
    private final Thread thread;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean isUp;

    /** {@code meanwhile} is called, while there is no connection, after each attempt. */
    Tether(String name, Pulse pulse, Connector<C> connector, Work<C> work, Runnable meanwhile) {
        this.name = name;
        this.pulse = pulse;
        this.connector = connector;
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

    boolean isClosed() {
        return closed.get();
    }

    private void run() {
        long pause = FIRST_PAUSE_MILLIS;
        boolean isFirst = true;
        while (!closed.get()) {
            try (C connection = connector.connect()) {
                if (!isFirst) {
                    pulse.reconnected(name);
                }
                isFirst = false;
                isUp = true;
                work.on(connection);
                pause = FIRST_PAUSE_MILLIS;
            } catch (InterruptedException stopped) {
                break;
            } catch (Exception e) {
                if (isUp || pause == FIRST_PAUSE_MILLIS) {
                    report(e);
                }
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

    private void report(Exception e) {
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

    /** From now on the end of a connection is nothing to report. */
    void stopping() {
        closed.set(true);
    }

    /** Stops the thread and waits for it. Idempotent. */
    @Override
    public void close() {
        closed.set(true);
        thread.interrupt();
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
