package dev.parley.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Workers without threads: what is handed to them waits until the test runs it, in whatever order the test likes. A timer may
 * go off at any time after it was set. Used by one thread.
 */
public final class ManualWorkers implements AutoCloseable {
    private final List<Runnable> ready = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();
    private final Timer timer = new Timer();
    private final Workers workers = new Workers(timer, new Executor(), new Executor(), new Executor(), new Executor());

    public Workers workers() {
        return workers;
    }

    /** How many tasks wait; timers do not count. */
    public int ready() {
        return ready.size();
    }

    /** Runs one of the tasks that wait. */
    public void runOne(Random random) {
        ready.remove(random.nextInt(ready.size())).run();
    }

    /** Lets one of the timers go off, if there is any. */
    public void goOff(Random random) {
        if (!timers.isEmpty()) {
            timers.remove(random.nextInt(timers.size())).run();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private final class Executor extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            ready.add(task);
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long time, TimeUnit unit) {
            return true;
        }
    }

    /** Keeps what is to happen later for the test; its own thread has nothing to do. */
    private final class Timer extends ScheduledThreadPoolExecutor {
        Timer() {
            super(1);
            setRemoveOnCancelPolicy(true);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            timers.add(task);
            return super.schedule(() -> {}, 1, TimeUnit.DAYS);
        }
    }
}
