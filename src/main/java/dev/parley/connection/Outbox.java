package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.protocol.CloseStatus;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one session, bounded in messages and in bytes, with one write in flight.
 *
 * <pre>
 *            offer                       next                completed
 *  (any thread) ─▶ queue ─▶ drain loop ─────▶ in flight ──────────────▶ drain loop …
 *                  │ full, and no message        │ longer than the send timeout, or failed
 *                  │ may be given up: see Lane   │
 *                  ▼                             ▼
 *              Offer.FULL                  Owner.broken(…)
 * </pre>
 *
 * <p>Any thread may offer; offering never blocks and never throws. Whoever finds the drain loop idle runs it; a completion
 * that arrives meanwhile, on whichever thread, only makes the running loop look again. That keeps the stack flat where a
 * container completes inside the call (Undertow, Tyrus), and no lock is held around a call to the wire.
 *
 * <p>What waits, and what of it is counted: {@link OutboxQueue}; who waits for it: {@link Flush}.
 */
final class Outbox {
    /** The fate of an offered message. */
    enum Offer {
        ACCEPTED,
        FULL,
        CLOSED
    }

    /** Bounds of an outbox: messages and bytes that may wait beside the one in flight, both at least 1. */
    record Bounds(int messages, long bytes) {}

    /** The connection above. Called from whichever thread runs the drain loop, without any lock held. */
    interface Owner {
        /** The wire failed; it must not be written to again. */
        void broken(Throwable failure);

        /** A fault of ours, after which the outbox is empty and takes nothing more. */
        void failed(Throwable fault);

        /** A ping left; the call for it began at {@code startedAt}, in the clock's nanoseconds. */
        void pinged(long startedAt);

        /** Everything before the farewell is sent: close now. */
        void farewell(CloseStatus code);
    }

    /**
     * A fast socket must not capture the thread that happens to drain it: after this many calls the loop moves to a pool. More
     * than a room offers in a turn of its own (64 entries, and an answer to each), or an author who reads would fall behind.
     */
    static final int CALLS_PER_RUN = 256;

    private final Wire wire;
    private final Owner owner;
    private final Workers workers;
    private final LongSupplier nanoTime;
    final OutboxQueue queue;
    final Flush flush;
    private final AtomicInteger wanted = new AtomicInteger();

    // Guarded by the queue.
    private boolean pingPending;
    private boolean pingDeferred;

    Outbox(Wire wire, Owner owner, Bounds bounds, Workers workers, LongSupplier nanoTime, Budget budget) {
        this.wire = wire;
        this.owner = owner;
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.queue = new OutboxQueue(bounds, wire.batch(), nanoTime, budget);
        this.flush = new Flush(queue);
    }

    /** Takes messages, which then leave together where the wire can do that. */
    Offer offer(List<Outgoing> messages) {
        Offer fate = queue.offer(messages);
        if (fate == Offer.ACCEPTED) {
            drain();
        }
        return fate;
    }

    /** Takes signals, and says how many were given up for want of room, these or earlier ones. */
    int offerSignals(List<Outgoing> last) {
        if (!wire.takesSignals()) {
            return 0;
        }
        int given = queue.offerSignals(last);
        drain();
        return given;
    }

    /**
     * Sends a ping as soon as nothing else is under way, unless one is wanted already. It stands outside the bounds. It is under
     * way only from when a thread that may block takes it up, so that one that waits for a thread holds up nothing.
     */
    void ping() {
        synchronized (queue) {
            if (queue.isClosed() || pingPending) {
                return;
            }
            pingPending = true;
        }
        pingOnPool();
    }

    private void pingOnPool() {
        try {
            workers.pings().execute(this::pingNow);
        } catch (RejectedExecutionException stopped) {
            queue.discard();
        }
    }

    /** Takes the place of a write, or leaves it to the completion of the write that has it. */
    private void pingNow() {
        Sending ping = new Sending(this, List.of(), Item.Ping.PING, 0, false);
        synchronized (queue) {
            if (queue.isClosed()) {
                return;
            }
            if (!queue.begin(ping)) {
                pingDeferred = true;
                return;
            }
        }
        start(ping);
    }

    /** Takes nothing more; when all that waits is sent, {@link Owner#farewell} is called. */
    void finish(CloseStatus code) {
        if (queue.finish(code)) {
            drain();
        }
    }

    private void drain() {
        if (wanted.getAndIncrement() == 0) {
            run();
        }
    }

    /** The drain loop. Runs on one thread at a time: the one that raised {@code wanted} from 0, or its successor in the pool. */
    private void run() {
        try {
            turn();
        } catch (Throwable fault) { // nobody else would ever go on: the loop has an owner that is no more
            wanted.set(0);
            queue.discard();
            owner.failed(fault);
        }
    }

    private void turn() {
        int seen = wanted.get();
        int calls = CALLS_PER_RUN;
        do {
            for (Sending sending = queue.next(this); sending != null; sending = queue.next(this)) {
                start(sending);
                if (--calls == 0) {
                    proceedOnPool();
                    return;
                }
            }
            seen = wanted.addAndGet(-seen);
        } while (seen != 0);
    }

    private void proceedOnPool() {
        queue.countWaiting();
        try {
            workers.fanOut().execute(this::run);
        } catch (RejectedExecutionException stopped) {
            queue.discard();
        }
    }

    private void start(Sending sending) {
        try {
            if (sending.item instanceof Item.Farewell farewell) {
                owner.farewell(farewell.code());
            } else if (sending.isPing()) {
                long startedAt = nanoTime.getAsLong();
                wire.ping(failure -> {
                    if (failure == null) {
                        owner.pinged(startedAt);
                    }
                    sending.completed(failure);
                });
            } else {
                wire.send(sending.messages, sending);
            }
        } catch (Throwable failure) { // IllegalStateException on Tomcat, bare RuntimeException on Tyrus, …
            sending.completed(failure);
        }
        queue.returned(sending);
    }

    /** What became of a call to the wire. */
    void completed(Sending sending, @Nullable Throwable failure) {
        boolean pingIsDue = false;
        Runnable reached = null;
        synchronized (queue) {
            if (!queue.completed(sending, failure != null)) {
                return;
            }
            if (sending.isPing()) {
                pingPending = false;
            }
            if (failure == null) {
                pingIsDue = pingDeferred;
                pingDeferred = false;
                reached = flush.progressed();
            }
        }
        if (failure != null) {
            queue.discard();
            owner.broken(failure);
            return;
        }
        if (reached != null) {
            Threads.guarded("what waited for a write", reached).run();
        }
        if (pingIsDue) {
            pingOnPool();
        }
        drain();
    }
}
