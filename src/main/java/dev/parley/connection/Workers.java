package dev.parley.connection;

import dev.parley.node.Threads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Parley's own threads: few, daemon, named {@code parley-…}, and gone after {@link #close}. Jakarta Concurrency would be the
 * container's way, but Tomcat and Jetty do not have it.
 *
 * <p>The queues have no bound of their own: every connection and every room puts at most one task into each, so the limits on
 * those bound the queues.
 *
 * <p>No task ends a thread, whatever it throws, nor what the timer repeats. Timer and fan-out are watched.
 */
public final class Workers implements AutoCloseable {
    private static final int CLOSERS =
            8; // a close may take 55 ms (Tomcat) to 5.5 s (Open Liberty) when the peer is stalled
    private static final Duration LOST = Duration.ofMinutes(1); // a close that takes so long may never end
    private static final int PINGERS = 4; // a ping blocks when the peer's socket is full (Tomcat, Jetty)
    private static final int WRITERS = 64; // all but a few of them stuck, each in the last write to a peer that stopped
    private static final Duration STUCK = Duration.ofMillis(2); // a write that does not block takes some 50 µs
    private static final int CORES = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final int IDLE_SECONDS = 30;
    private static final int STOP_SECONDS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(10); // a run of the fan-out takes milliseconds
    private static final Duration BEAT = Duration.ofSeconds(1);

    private final ScheduledExecutorService timer;
    private final ExecutorService fanOut;
    private final ExecutorService closes;
    private final ExecutorService pings;
    private final ExecutorService writers;
    private final Batches batches;
    private final List<Threads.Beat> beats = new CopyOnWriteArrayList<>();

    /** Unwatched, for what is tested or measured alone. */
    public Workers() {
        this(
                new Timer(),
                pool("fanout", CORES),
                new Closers(
                        CLOSERS, LOST, Duration.ofSeconds(IDLE_SECONDS), Threads.factory("close"), System::nanoTime),
                pool("ping", PINGERS),
                new ThreadPoolExecutor(
                        0,
                        WRITERS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        Threads.factory("write")));
    }

    /** Watched: where the timer or the fan-out stand still, the node is not alive. */
    public Workers(Threads threads) {
        this();
        Threads.Beat timed = threads.beat("timer", Threads.Part.NODE, PATIENCE);
        Threads.Beat fanned = threads.beat("fanout", Threads.Part.NODE, PATIENCE);
        beats.addAll(List.of(timed, fanned));
        every(BEAT, fanned);
        ScheduledFuture<?> unused =
                timer.scheduleWithFixedDelay(timed, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Threads of somebody else's, such as a test that decides itself what happens next. */
    Workers(
            ScheduledExecutorService timer,
            ExecutorService fanOut,
            ExecutorService closes,
            ExecutorService pings,
            ExecutorService writers) {
        this.timer = timer;
        this.fanOut = fanOut;
        this.closes = closes;
        this.pings = pings;
        this.writers = writers;
        this.batches = new Batches(writers, CORES, STUCK);
    }

    /** For what happens later; its one thread only hands work on and never calls a wire. */
    public ScheduledExecutorService timer() {
        return timer;
    }

    /** For fan-out: as many threads as there are cores. Nothing that blocks. */
    public Executor fanOut() {
        return fanOut;
    }

    /** For closing sessions, which may block for seconds. */
    Executor closes() {
        return closes;
    }

    /** For pings, which may block. A clogged pool delays pings and, by the heartbeat's rule, kills nobody. */
    Executor pings() {
        return pings;
    }

    /** Has it done on a fan-out thread, for the first time after {@code pause} and then again and again until {@link #close}. */
    public void every(Duration pause, Runnable task) {
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        fanOut.execute(task);
                    } catch (RejectedExecutionException stopped) {
                        // so has the timer
                    }
                },
                pause.toMillis(),
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /**
     * The same future, which fails with a {@link TimeoutException} if it takes longer. Not the JDK's own way: its timer thread
     * would keep the application's class loader.
     */
    public <T> CompletableFuture<T> within(CompletableFuture<T> future, Duration patience) {
        if (!future.isDone()) {
            try {
                ScheduledFuture<?> alarm = timer.schedule(
                        () -> future.completeExceptionally(new TimeoutException()),
                        patience.toMillis(),
                        TimeUnit.MILLISECONDS);
                CompletableFuture<T> unused = future.whenComplete((done, failure) -> alarm.cancel(false));
            } catch (RejectedExecutionException stopped) {
                future.completeExceptionally(stopped);
            }
        }
        return future;
    }

    /** For writes of several messages, which block when the peer's socket is full (Tomcat). */
    Batches batches() {
        return batches;
    }

    /** Stops all threads and waits for them, at most 2 s each. Idempotent. */
    @Override
    public void close() {
        beats.forEach(Threads.Beat::close);
        List<ExecutorService> pools = List.of(timer, pings, writers, closes, fanOut);
        pools.forEach(ExecutorService::shutdownNow);
        for (ExecutorService pool : pools) {
            try {
                pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static ExecutorService pool(String name, int size) {
        String what = "a task of " + name;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        size,
                        size,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Threads.factory(name)) {
                    @Override
                    public void execute(Runnable task) {
                        super.execute(Threads.guarded(what, task));
                    }
                };
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** What throws once goes on all the same, where it would otherwise never be repeated. */
    private static final class Timer extends ScheduledThreadPoolExecutor {
        Timer() {
            super(1, Threads.factory("timer"));
            setRemoveOnCancelPolicy(true);
            setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            return super.schedule(Threads.guarded("a timer", task), delay, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
            return super.scheduleAtFixedRate(Threads.guarded("a timer", task), first, period, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
            return super.scheduleWithFixedDelay(Threads.guarded("a timer", task), first, delay, unit);
        }
    }
}
