package dev.parley.events;

import dev.parley.ParleyEvent;
import dev.parley.node.Budget;
import dev.parley.node.LogLimit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * One observer, the events that wait for it, and the thread that tells it of one after the other, which ends when there is nothing to tell
 * for a while. Bounded in events, and by the node's budget: short of memory, what waits is dropped. Thread-safe.
 */
final class Lane implements Sink, Budget.Holder {
    static final int WAITING = 1_000;

    private static final Logger LOG = System.getLogger(Lane.class.getName());
    private static final int IDLE_SECONDS = 30;

    private final String name;
    private final Consumer<ParleyEvent> observer;
    private final Budget budget;
    private final Tally tally;
    private final LogLimit complaints = new LogLimit(System::nanoTime);
    private final LongAdder dropped = new LongAdder();
    private final AtomicLong held = new AtomicLong();
    private final ThreadPoolExecutor thread;

    /** @param name as the log calls the observer */
    Lane(String name, Consumer<ParleyEvent> observer, ThreadFactory threads, Budget budget, Tally tally) {
        this.thread = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), threads);
        this.name = name;
        this.observer = observer;
        this.budget = budget;
        this.tally = tally;
        thread.allowCoreThreadTimeOut(true);
        budget.join(this);
    }

    @Override
    public void give(ParleyEvent event) {
        Telling telling = new Telling(event, Sink.costOf(event));
        hold(telling.cost);
        try {
            thread.execute(telling);
        } catch (Throwable full) { // or the system has no thread for it just now, or this is over
            drop(telling);
        }
    }

    private void hold(long more) {
        held.addAndGet(more);
        budget.hold(Budget.Use.KEPT, more);
    }

    private void release(Telling telling) {
        held.addAndGet(-telling.cost);
        budget.release(Budget.Use.KEPT, telling.cost);
    }

    private void drop(Telling telling) {
        release(telling);
        tally.count("dropped");
        dropped.increment();
        if (!thread.isShutdown() && complaints.allows()) {
            LOG.log(
                    Level.WARNING,
                    "{0} is told of too little: it does not keep up, or memory is short; {1} events were dropped up to now",
                    name,
                    dropped.sum());
        }
    }

    @Override
    public long held() {
        return held.get();
    }

    @Override
    public void giveWay() {
        for (Runnable waiting; (waiting = thread.getQueue().poll()) != null; ) {
            if (waiting instanceof Telling telling) {
                drop(telling);
            }
        }
    }

    @Override
    public void end() {
        thread.shutdown();
    }

    /** What then still runs is interrupted. */
    @Override
    public void close(Duration patience) throws InterruptedException {
        try {
            boolean unused = thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            budget.leave(this);
            giveWay();
            thread.shutdownNow();
        }
    }

    private final class Telling implements Runnable {
        private final ParleyEvent event;
        private final long cost;

        Telling(ParleyEvent event, long cost) {
            this.event = event;
            this.cost = cost;
        }

        @Override
        public void run() {
            release(this);
            try {
                observer.accept(event);
                tally.count("told");
            } catch (Throwable fault) { // an Error, too, is the observer's and must not end the thread
                tally.count("failed");
                if (complaints.allows()) {
                    LOG.log(Level.WARNING, () -> name + " failed; the next event comes all the same", fault);
                }
            }
        }
    }
}
