package dev.parley.connection;

import dev.parley.protocol.CloseCode;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
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
 *                  │ full                        │ longer than the send timeout, or failed
 *                  ▼                             ▼
 *              Offer.FULL                  Owner.broken(…)
 * </pre>
 *
 * <p>Any thread may offer; offering never blocks and never throws. Whoever finds the drain loop idle runs it; a completion
 * that arrives meanwhile, on whichever thread, only makes the running loop look again. That keeps the stack flat where a
 * container completes inside the call (Undertow, Tyrus), and no lock is held around a call to the wire.
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

        /** A ping left; the call for it began at {@code startedAt}, in the clock's nanoseconds. */
        void pinged(long startedAt);

        /** Everything before the farewell is sent: close now. */
        void farewell(CloseCode code);
    }

    /** A fast socket must not capture the thread that happens to drain it: after this many items the loop moves to a pool. */
    private static final int ITEMS_PER_RUN = 64;

    private final Wire wire;
    private final Owner owner;
    private final Bounds bounds;
    private final Workers workers;
    private final LongSupplier nanoTime;

    private final AtomicInteger wanted = new AtomicInteger();

    // Guarded by `queue`, which is never held around a call to anybody.
    private final ArrayDeque<Item> queue = new ArrayDeque<>(2);
    private long queuedBytes;
    private boolean closed;
    private @Nullable Item inFlight;
    private long inFlightSince;
    private boolean pingPending;
    private long sends;

    Outbox(Wire wire, Owner owner, Bounds bounds, Workers workers, LongSupplier nanoTime) {
        this.wire = wire;
        this.owner = owner;
        this.bounds = bounds;
        this.workers = workers;
        this.nanoTime = nanoTime;
    }

    /** Takes a message if there is room for it. An idle outbox has room for any one message. */
    Offer offer(Outgoing message) {
        synchronized (queue) {
            if (closed) {
                return Offer.CLOSED;
            }
            boolean idle = queue.isEmpty() && inFlight == null;
            if (!idle && (queue.size() >= bounds.messages() || queuedBytes + message.bytes() > bounds.bytes())) {
                return Offer.FULL;
            }
            queue.add(message);
            queuedBytes += message.bytes();
        }
        drain();
        return Offer.ACCEPTED;
    }

    /** Queues a ping, unless one is waiting already. It stands outside the bounds. */
    void ping() {
        synchronized (queue) {
            if (closed || pingPending) {
                return;
            }
            pingPending = true;
            queue.add(Item.Ping.PING);
        }
        drain();
    }

    /** Takes nothing more; when all that waits is sent, {@link Owner#farewell} is called. */
    void finish(CloseCode code) {
        synchronized (queue) {
            if (closed) {
                return;
            }
            closed = true;
            queue.add(new Item.Farewell(code));
        }
        drain();
    }

    /** Takes and sends nothing more. What is in flight stays in flight. */
    void discard() {
        synchronized (queue) {
            closed = true;
            queue.clear();
            queuedBytes = 0;
        }
    }

    /** How long the current write has been under way, in nanoseconds; 0 when there is none. */
    long stalledNanos() {
        synchronized (queue) {
            return inFlight == null ? 0 : Math.max(1, nanoTime.getAsLong() - inFlightSince);
        }
    }

    /** Whether more than a quarter of what may wait is waiting. */
    boolean isFilling() {
        synchronized (queue) {
            return queue.size() > bounds.messages() / 4 || queuedBytes > bounds.bytes() / 4;
        }
    }

    private void drain() {
        if (wanted.getAndIncrement() == 0) {
            run();
        }
    }

    /** The drain loop. Runs on one thread at a time: the one that raised {@code wanted} from 0, or its successor in the pool. */
    private void run() {
        int seen = wanted.get();
        int budget = ITEMS_PER_RUN;
        do {
            for (Item item = next(); item != null; item = next()) {
                start(item);
                if (--budget == 0) {
                    proceedOnPool();
                    return;
                }
            }
            seen = wanted.addAndGet(-seen);
        } while (seen != 0);
    }

    private void proceedOnPool() {
        try {
            workers.fanOut().execute(this::run);
        } catch (RejectedExecutionException stopped) {
            discard();
        }
    }

    private @Nullable Item next() {
        synchronized (queue) {
            if (inFlight != null) {
                return null;
            }
            Item item = queue.poll();
            if (item == null) {
                return null;
            }
            inFlight = item;
            inFlightSince = nanoTime.getAsLong();
            sends++;
            if (item instanceof Outgoing message) {
                queuedBytes -= message.bytes();
            }
            return item;
        }
    }

    private void start(Item item) {
        long send = sends; // read by the loop's thread only, which is also the one that counts
        if (item instanceof Outgoing message) {
            try {
                wire.send(message, failure -> completed(send, failure));
            } catch (Throwable failure) { // IllegalStateException on Tomcat, bare RuntimeException on Tyrus, …
                completed(send, failure);
            }
        } else if (item instanceof Item.Farewell farewell) {
            owner.farewell(farewell.code());
        } else {
            onPool(workers.pings(), () -> sendPing(send));
        }
    }

    private void sendPing(long send) {
        Throwable failure = null;
        long startedAt = nanoTime.getAsLong();
        try {
            wire.ping();
            owner.pinged(startedAt);
        } catch (Exception e) {
            failure = e;
        }
        synchronized (queue) {
            pingPending = false;
        }
        completed(send, failure);
    }

    private void completed(long send, @Nullable Throwable failure) {
        synchronized (queue) {
            if (send != sends || inFlight == null) {
                return; // a container that completes twice must not open the gate for a second write
            }
            inFlight = failure == null ? null : inFlight;
        }
        if (failure == null) {
            drain();
        } else {
            discard();
            owner.broken(failure);
        }
    }

    private void onPool(Executor pool, Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException stopped) {
            discard(); // the pools stop last, when every connection has been closed
        }
    }
}
