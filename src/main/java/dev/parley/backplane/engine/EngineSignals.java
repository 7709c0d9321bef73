package dev.parley.backplane.engine;

import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.node.Budget;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Signals on their way to the engine: what comes while a batch is under way makes the next one, so that many cost few questions, and
 * no more than one at a time. At most 512 wait; one that has waited for a second is worth nothing any more, and is given up. So are
 * those that the engine does not take, which is said once until it takes some again. Thread-safe.
 */
final class EngineSignals {
    private static final Logger LOG = System.getLogger(EngineSignals.class.getName());
    static final int MAX_WAITING = 512;
    static final long LIFE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(); // guarded by itself
    private final QueryWorkers workers;
    private final Budget budget;
    private boolean isUnderWay; // a batch; guarded by waiting
    private boolean isFailing; // of the only batch under way
    private volatile boolean isOver;

    private record Waiting(RoomId room, Signal signal, long since) {
        long cost() {
            return Budget.costOf(signal.text().length());
        }
    }

    EngineSignals(QueryWorkers workers, Budget budget) {
        this.workers = workers;
        this.budget = budget;
    }

    void end() {
        isOver = true;
    }

    /** False if too many wait. */
    boolean send(RoomId room, Signal signal) {
        synchronized (waiting) {
            if (waiting.size() >= MAX_WAITING) {
                return false;
            }
            Waiting last = new Waiting(room, signal, System.nanoTime());
            waiting.add(last);
            budget.hold(Budget.Use.ENGINE, last.cost());
            if (isUnderWay) {
                return true;
            }
            isUnderWay = true;
        }
        ask();
        return true;
    }

    private void ask() {
        workers.ask(QueryWorkers.Lane.SIGNALS, link -> {
                    List<Map.Entry<RoomId, Signal>> batch = taken();
                    if (!batch.isEmpty()) {
                        link.signal(batch);
                    }
                    return true;
                })
                .whenComplete((told, failure) -> {
                    if (failure != null && !isFailing && !isOver) {
                        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                        LOG.log(Level.WARNING, "signals are given up: {0}", cause.getMessage());
                    }
                    isFailing = failure != null;
                    synchronized (waiting) {
                        isUnderWay = !waiting.isEmpty() && failure == null;
                        if (failure != null) {
                            forget(); // the engine is away, or takes none
                        }
                        if (!isUnderWay) {
                            return;
                        }
                    }
                    ask();
                });
    }

    /** All that wait, without those that have waited too long. */
    private List<Map.Entry<RoomId, Signal>> taken() {
        List<Map.Entry<RoomId, Signal>> batch = new ArrayList<>();
        synchronized (waiting) {
            long now = System.nanoTime();
            for (Waiting each : waiting) {
                if (now - each.since() <= LIFE_NANOS) {
                    batch.add(Map.entry(each.room(), each.signal()));
                }
            }
            forget();
        }
        return batch;
    }

    /** Under the lock. */
    private void forget() {
        waiting.forEach(each -> budget.release(Budget.Use.ENGINE, each.cost()));
        waiting.clear();
    }
}
