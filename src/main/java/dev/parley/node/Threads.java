package dev.parley.node;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a node, watched: a loop survives whatever one turn of it throws, is started anew if its thread dies all the
 * same, and says that it makes progress. Health asks {@link #stuck}, which also revives. Thread-safe.
 */
public final class Threads implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Threads.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long STOP_MILLIS = 2_000;

    private final Set<Beat> all = ConcurrentHashMap.newKeySet();
    private volatile boolean isOver;

    /** Whose health a thread is. */
    public enum Part {
        /** The node's: without it the node is not alive. */
        NODE,
        /** The engine's: without it the node is not ready. */
        ENGINE
    }

    /** What a loop does, again and again. */
    @FunctionalInterface
    public interface Turn {
        /**
         * One turn; called again as soon as it returns, and after a pause if it throws anything.
         *
         * @param progress to be told at least as often as the loop's patience says, when idle, too
         */
        void take(Runnable progress) throws Exception;
    }

    /** Starts a loop on a daemon thread of its own. {@code patience} is how long it may go without progress. */
    public Loop start(String name, Part part, Duration patience, Turn turn) {
        Loop loop = new Loop(name, part, patience, turn);
        all.add(loop);
        if (isOver) {
            loop.close();
        } else {
            loop.begin();
        }
        return loop;
    }

    /** Watches a pool or timer: somebody has it call {@link Beat#run} about every second. */
    public Beat beat(String name, Part part, Duration patience) {
        Beat beat = new Beat(name, part, patience);
        all.add(beat);
        return beat;
    }

    /** The names of what has shown no progress for too long, sorted. Starts dead threads anew. */
    public List<String> stuck(Part part) {
        return all.stream()
                .filter(watched -> watched.part == part && watched.isStuck())
                .map(Beat::name)
                .sorted()
                .toList();
    }

    /** Starts dead threads anew. To be called about every second, from more than one place. */
    public void revive() {
        all.forEach(Beat::isStuck);
    }

    /** The same task, which throws nothing: whatever it throws is logged. For pools and timers, whose threads must live. */
    public static Runnable guarded(String what, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable e) { // an Error, too, must not end what else this thread does
                report(what, e);
            }
        };
    }

    /** Logs a fault of ours; never throws. */
    public static void report(String what, Throwable fault) {
        try {
            LOG.log(Level.ERROR, () -> what + ": a fault of ours", fault);
        } catch (Throwable unlogged) {
            // There is no memory even for a line; whoever watches memory sees that.
        }
    }

    /** Daemon threads {@code parley-name-1}, … in the application's class loader, not in that of whichever request came first. */
    public static ThreadFactory factory(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> thread("parley-" + name + "-" + number.incrementAndGet(), task);
    }

    /** Waits under the lock until the condition holds, at most so long; whether it does. The condition may change things. */
    public static boolean await(Object lock, long millis, BooleanSupplier condition) throws InterruptedException {
        return await(lock, millis, condition, () -> millis);
    }

    /** The same, where the condition may come true without a notification: it is looked at again after so many milliseconds. */
    @SuppressWarnings("WaitNotInLoop") // it is
    public static boolean await(Object lock, long millis, BooleanSupplier condition, LongSupplier again)
            throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            lock.wait(Math.max(1, Math.min(left, again.getAsLong())));
        }
        return true;
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setContextClassLoader(Threads.class.getClassLoader());
        return thread;
    }

    /** Stops all loops, those included that somebody starts later. Idempotent. */
    @Override
    public void close() {
        isOver = true;
        all.forEach(Beat::close);
    }

    /** Something that others call to show that they run. */
    public class Beat implements Runnable, AutoCloseable {
        private final String name;
        private final Part part;
        private final long patienceNanos;
        private volatile long seenNanos = System.nanoTime();

        private Beat(String name, Part part, Duration patience) {
            this.name = name;
            this.part = part;
            this.patienceNanos = patience.toNanos();
        }

        @Override
        public final void run() {
            seenNanos = System.nanoTime();
        }

        final String name() {
            return name;
        }

        boolean isStuck() {
            return System.nanoTime() - seenNanos > patienceNanos;
        }

        /** Is not watched any more. */
        @Override
        public void close() {
            all.remove(this);
        }
    }

    /** A loop on a thread of its own. */
    public final class Loop extends Beat {
        private final Turn turn;
        private volatile boolean closed;
        private @Nullable Thread thread; // guarded by this

        private Loop(String name, Part part, Duration patience, Turn turn) {
            super(name, part, patience);
            this.turn = turn;
        }

        /** Has a thread run it, unless one does. If the system has none just now, somebody revives it later. */
        private synchronized void begin() {
            if (closed || (thread != null && thread.isAlive())) {
                return;
            }
            try {
                Thread next = thread("parley-" + name(), this::takeTurns);
                thread = next;
                next.start();
            } catch (Throwable fault) {
                report(name(), fault);
            }
        }

        private void takeTurns() {
            long pause = FIRST_PAUSE_MILLIS;
            while (!closed) {
                long began = System.nanoTime();
                try {
                    turn.take(this);
                    pause = FIRST_PAUSE_MILLIS;
                    continue;
                } catch (InterruptedException stopped) {
                    if (closed) {
                        return;
                    }
                } catch (Throwable fault) { // a fault in one turn must not be the last one
                    report(name(), fault);
                }
                if (System.nanoTime() - began > TimeUnit.MILLISECONDS.toNanos(LONGEST_PAUSE_MILLIS)) {
                    pause = FIRST_PAUSE_MILLIS;
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(pause);
                } catch (InterruptedException stopped) {
                    // the loop's condition tells
                }
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }

        @Override
        boolean isStuck() {
            begin();
            return !closed && super.isStuck();
        }

        /** Stops the loop, and waits a moment for its thread. Idempotent; may be called by the loop itself. */
        @Override
        public void close() {
            Thread last;
            super.close();
            synchronized (this) {
                closed = true;
                last = thread;
            }
            if (last != null) {
                last.interrupt();
            }
            if (last != null && last != Thread.currentThread()) {
                try {
                    last.join(STOP_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
