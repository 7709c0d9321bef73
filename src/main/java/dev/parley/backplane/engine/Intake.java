package dev.parley.backplane.engine;

import dev.parley.backplane.Witness;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Takes what applications have left in the engine into the logs, a batch at a time, by the query workers: when the listener
 * hears of something, and every second, because what the listener hears is only ever a hint. Where there is more than a batch,
 * the engine is left to others for three times as long as the batch took. Thread-safe.
 */
final class Intake {
    private static final Logger LOG = System.getLogger(Intake.class.getName());
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BATCH_BYTES = 256 * 1024;
    private static final int RESTS = 3; // times what a batch took

    private final QueryWorkers workers;
    private final LongAdder refusals = new LongAdder();
    private volatile int maxBytes; // 0 until it may begin, and after its end
    private volatile boolean isFailing;
    private volatile @Nullable Witness witness;
    private long nextPoll = System.nanoTime(); // of the thread that polls

    Intake(QueryWorkers workers) {
        this.workers = workers;
    }

    /** How much was put aside. */
    long refusals() {
        return refusals.sum();
    }

    void witnessedBy(Witness told) {
        witness = told;
    }

    void begin(int limit) {
        maxBytes = limit;
        wake();
    }

    void end() {
        maxBytes = 0;
    }

    void poll() {
        if (nextPoll - System.nanoTime() <= 0) {
            nextPoll = System.nanoTime() + PAUSE_NANOS;
            wake();
        }
    }

    /** There may be something. */
    void wake() {
        int limit = maxBytes;
        if (limit > 0) {
            workers.ask(QueryWorkers.Lane.OUTBOX, QueryWorkers.Lane.OUTBOX, BATCH_BYTES, link -> {
                        long start = System.nanoTime();
                        Link.TakenIn batch = link.takeIn(limit);
                        if (batch.isMore()) {
                            workers.rest(QueryWorkers.Lane.OUTBOX, RESTS * (System.nanoTime() - start));
                        }
                        taken(batch, null); // once, however many have asked for it and share the answer
                        return batch;
                    })
                    .exceptionally(failure -> {
                        taken(null, failure);
                        return Link.TakenIn.NOTHING;
                    });
        }
    }

    private void taken(Link.@Nullable TakenIn taken, @Nullable Throwable failure) {
        if (taken == null) {
            if (!isFailing && maxBytes > 0 && failure != null) {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                LOG.log(
                        Level.WARNING,
                        "nothing is taken from the outbox, and it is tried again: {0}",
                        cause.getMessage());
            }
            isFailing = true;
            return;
        }
        isFailing = false;
        Witness told = witness;
        if (told != null) {
            taken.stored().stream()
                    .filter(each -> told.seesMessages(each.room()))
                    .forEach(each -> told.stored(each.room(), each.position(), each.draft()));
        }
        if (!taken.refusals().isEmpty()) {
            refusals.add(taken.refusals().size());
            LOG.log(
                    Level.WARNING,
                    "{0} rows of parley_outbox are refused, and lie in parley_refused: {1}",
                    taken.refusals().size(),
                    String.join("; ", taken.refusals().stream().distinct().toList()));
        }
        if (taken.isMore()) {
            wake();
        }
    }
}
