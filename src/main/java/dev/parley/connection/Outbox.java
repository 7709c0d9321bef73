package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.protocol.CloseStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
 * <p>Signals wait beside the queue, a few of them and the last ones, outside the bounds: one leaves when no message waits, and the oldest is
 * given up for a later one. So they neither fill an outbox nor hold up a message.
 *
 * <p>What stays, because it cannot leave at once or its write does not complete inside the call, is counted in the budget; what
 * passes through is not, so that it costs nothing.
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

    /** Enough to fill a system call; more would only keep one peer's turn longer. */
    private static final int BATCH_BYTES = 64 * 1024;

    /** Signals that may wait; more than one room tells at once. */
    static final int MAX_SIGNALS = 64;

    static final long MAX_SIGNAL_BYTES = 256 * 1024;

    private final Wire wire;
    private final Owner owner;
    private final Bounds bounds;
    private final Workers workers;
    private final LongSupplier nanoTime;
    private final Budget budget;

    private final int batch;
    private final AtomicInteger wanted = new AtomicInteger();

    // Guarded by `queue`, which is never held around a call to anybody.
    private final ArrayDeque<Item> queue = new ArrayDeque<>(2);
    private final ArrayDeque<Outgoing> signals = new ArrayDeque<>(0);
    private long signalBytes;
    private final Lanes lanes = new Lanes();
    private long queuedBytes;
    private int uncounted; // so many messages at the head are not counted in the budget
    private boolean closed;
    private boolean over;
    private @Nullable Sending inFlight;
    private long inFlightSince;
    private boolean pingPending;
    private boolean pingDeferred;
    private @Nullable String owed;
    private long sentMessages;
    private long sentBytes;
    private long dropped;
    private @Nullable Runnable marked; // to be run when so many messages are sent
    private long markedAt;

    Outbox(Wire wire, Owner owner, Bounds bounds, Workers workers, LongSupplier nanoTime, Budget budget) {
        this.budget = budget;
        this.wire = wire;
        this.owner = owner;
        this.bounds = bounds;
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.batch = wire.batch();
    }

    /**
     * Takes messages as far as there is room for them, or others can be given up for them; they then leave together where the wire
     * can do that. An outbox without messages has room for any one offer.
     */
    Offer offer(List<Outgoing> messages) {
        synchronized (queue) {
            if (closed) {
                return Offer.CLOSED;
            }
            boolean idle = queue.isEmpty() && !isSending();
            boolean leavesNow = idle && inFlight == null;
            if (!leavesNow) {
                countQueued();
            }
            int taken = 0;
            for (Outgoing message : messages) {
                if (!idle && !hasRoomFor(message) && !makeRoomFor(message)) {
                    dropped += messages.size() - taken;
                    return Offer.FULL;
                }
                queue.add(message);
                lanes.queued(message);
                queuedBytes += message.bytes();
                if (leavesNow) {
                    uncounted++;
                } else {
                    message.retain(budget);
                }
                taken++;
            }
        }
        drain();
        return Offer.ACCEPTED;
    }

    /** Takes signals, and says how many were given up for want of room, these or earlier ones. */
    int offerSignals(List<Outgoing> last) {
        int given = 0;
        synchronized (queue) {
            if (closed || !wire.takesSignals()) {
                return 0;
            }
            for (Outgoing signal : last) {
                signal.retain(budget);
                signals.add(signal);
                signalBytes += signal.bytes();
                while (signals.size() > MAX_SIGNALS || signalBytes > MAX_SIGNAL_BYTES) {
                    takeSignal().release(budget);
                    given++;
                }
            }
        }
        drain();
        return given;
    }

    private Outgoing takeSignal() {
        Outgoing oldest = signals.remove();
        signalBytes -= oldest.bytes();
        return oldest;
    }

    private void forgetSignals() {
        while (!signals.isEmpty()) {
            takeSignal().release(budget);
        }
    }

    /** What was to leave at once stays for a while. Under the lock. */
    private void countQueued() {
        Iterator<Item> items = queue.iterator();
        for (; uncounted > 0; uncounted--) {
            if (items.next() instanceof Outgoing message) {
                message.retain(budget);
            }
        }
    }

    private boolean hasRoomFor(Outgoing message) {
        int messages = queue.size();
        long bytes = queuedBytes;
        if (!isSending() && queue.peek() instanceof Outgoing next) { // is about to leave, and does not count as waiting
            messages--;
            bytes -= next.bytes();
        }
        return messages < bounds.messages() && bytes + message.bytes() <= bounds.bytes();
    }

    private boolean makeRoomFor(Outgoing message) {
        while (!hasRoomFor(message)) {
            Outgoing given = lanes.giveUpOne(queue, message);
            if (given == null) {
                return false;
            }
            given.release(budget);
            queuedBytes -= given.bytes();
            dropped++;
            markedAt--;
        }
        return true;
    }

    private boolean isSending() {
        return inFlight != null && inFlight.item != Item.Ping.PING && !inFlight.isOfSignals;
    }

    /**
     * Sends a ping as soon as nothing else is under way, unless one is wanted already. It stands outside the bounds. It is under
     * way only from when a thread that may block takes it up, so that one that waits for a thread holds up nothing.
     */
    void ping() {
        synchronized (queue) {
            if (closed || pingPending) {
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
            discard();
        }
    }

    /** Takes the place of a write, or leaves it to the completion of the write that has it. */
    private void pingNow() {
        Sending ping = new Sending(List.of(), Item.Ping.PING, 0, false);
        synchronized (queue) {
            if (closed) {
                return;
            }
            if (inFlight != null) {
                pingDeferred = true;
                return;
            }
            inFlight = ping;
            inFlightSince = nanoTime.getAsLong();
        }
        start(ping);
    }

    /** Takes nothing more; when all that waits is sent, {@link Owner#farewell} is called. */
    void finish(CloseStatus code) {
        synchronized (queue) {
            if (closed) {
                return;
            }
            closed = true;
            forgetSignals();
            queue.add(new Item.Farewell(code));
            queue.notifyAll();
        }
        drain();
    }

    /** Takes and sends nothing more. What is in flight stays in flight. */
    void discard() {
        synchronized (queue) {
            closed = true;
            for (Item item : queue) {
                if (item instanceof Outgoing message) {
                    dropped++;
                    if (uncounted > 0) {
                        uncounted--;
                    } else {
                        message.release(budget);
                    }
                }
            }
            queue.clear();
            forgetSignals();
            lanes.clear();
            queuedBytes = 0;
            queue.notifyAll();
        }
    }

    /** The wire is closed, and may never say what became of the write under way. */
    void over() {
        synchronized (queue) {
            over = true;
            if (inFlight != null) {
                inFlight.release();
            }
        }
        discard();
    }

    /** Its part in the bytes that it keeps. */
    long held() {
        synchronized (queue) {
            long bytes = inFlight == null ? 0 : inFlight.held();
            for (Item item : queue) {
                bytes += item instanceof Outgoing message ? message.share() : 0;
            }
            for (Outgoing signal : signals) {
                bytes += signal.share();
            }
            return bytes;
        }
    }

    /**
     * How it stands.
     *
     * @param waiting messages that wait
     * @param waitingBytes their size
     * @param sentMessages messages that the wire has been given
     * @param sentBytes their size
     * @param dropped messages that there was no room for, or no time before the end
     */
    record Depth(int waiting, long waitingBytes, long sentMessages, long sentBytes, long dropped) {}

    Depth depth() {
        synchronized (queue) {
            return new Depth(queue.size(), queuedBytes, sentMessages, sentBytes, dropped);
        }
    }

    /**
     * Runs {@code task} when all that has been offered up to now is on the wire; never, if it comes to an end before, or if
     * another task is waiting already.
     */
    void afterwards(Runnable task) {
        synchronized (queue) {
            if (closed || marked != null) {
                return;
            }
            if (inFlight != null || !queue.isEmpty()) {
                marked = task;
                markedAt = sentMessages + queue.size();
                return;
            }
        }
        task.run();
    }

    /** How long the current write has been under way, in nanoseconds; 0 when there is none. */
    long stalledNanos() {
        synchronized (queue) {
            return inFlight == null ? 0 : Math.max(1, nanoTime.getAsLong() - inFlightSince);
        }
    }

    /** Announces that an answer named {@code key} will be offered, until it is {@link #paid}. A later one replaces it. */
    void owe(String key) {
        synchronized (queue) {
            owed = key;
        }
    }

    /** The answer named {@code key} has been offered, or never will be. */
    void paid(String key) {
        synchronized (queue) {
            if (key.equals(owed)) {
                owed = null;
                queue.notifyAll();
            }
        }
    }

    /**
     * Waits until everything offered, and the answer owed, is on the wire; at most for {@code maxNanos}, and not for a write that
     * has already been under way for so long.
     */
    void awaitSettled(long maxNanos) throws InterruptedException {
        synchronized (queue) {
            boolean unused = Threads.await(
                    queue,
                    TimeUnit.NANOSECONDS.toMillis(maxNanos),
                    () -> closed || isSettled() || stalledNanos() >= maxNanos);
        }
    }

    /** Whoever waits for that does not wait for signals, which may never end. */
    private boolean isSettled() {
        return owed == null && (inFlight == null || inFlight.isOfSignals) && queue.isEmpty();
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
        try {
            turn();
        } catch (Throwable fault) { // nobody else would ever go on: the loop has an owner that is no more
            wanted.set(0);
            discard();
            owner.failed(fault);
        }
    }

    private void turn() {
        int seen = wanted.get();
        int calls = CALLS_PER_RUN;
        do {
            for (Sending sending = next(); sending != null; sending = next()) {
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
        synchronized (queue) {
            countQueued();
        }
        try {
            workers.fanOut().execute(this::run);
        } catch (RejectedExecutionException stopped) {
            discard();
        }
    }

    private @Nullable Sending next() {
        synchronized (queue) {
            if (inFlight != null) {
                return null;
            }
            Item item = queue.poll();
            boolean isOfSignals = item == null;
            List<Outgoing> messages;
            if (item == null) {
                if (signals.isEmpty()) {
                    return null;
                }
                messages = signalBatch();
                item = messages.get(0);
            } else {
                messages = item instanceof Outgoing first ? batch(first) : List.of();
            }
            int free = Math.min(uncounted, messages.size());
            uncounted -= free;
            Sending sending = new Sending(messages, item, free, isOfSignals);
            inFlight = sending;
            inFlightSince = nanoTime.getAsLong();
            return sending;
        }
    }

    /** The first message and those right behind it, as many as the wire takes at once, and what the peer must be told before. */
    private List<Outgoing> batch(Outgoing first) {
        if (first.lane() == null && (batch == 1 || !(queue.peek() instanceof Outgoing))) {
            queuedBytes -= first.bytes();
            count(first);
            return List.of(first);
        }
        List<Outgoing> messages = new ArrayList<>(Math.min(batch, queue.size() + 1));
        int bytes = take(first, messages);
        while (messages.size() < batch && bytes < BATCH_BYTES && queue.peek() instanceof Outgoing message) {
            queue.remove();
            bytes += take(message, messages);
        }
        return messages;
    }

    private List<Outgoing> signalBatch() {
        List<Outgoing> messages = new ArrayList<>(Math.min(batch, signals.size()));
        while (messages.size() < batch && !signals.isEmpty()) {
            Outgoing signal = takeSignal();
            messages.add(signal);
            count(signal);
        }
        return messages;
    }

    private int take(Outgoing message, List<Outgoing> messages) {
        queuedBytes -= message.bytes();
        lanes.taken(message);
        Outgoing notice = lanes.noticeBefore(message);
        if (notice != null) {
            notice.retain(budget);
            messages.add(notice);
            count(notice);
            markedAt++;
        }
        messages.add(message);
        count(message);
        return message.bytes();
    }

    private void count(Outgoing message) {
        sentMessages++;
        sentBytes += message.bytes();
    }

    /** One call to the wire. Its identity tells a second completion of an earlier call from the first one of this call. */
    private final class Sending implements Wire.Completion {
        private final List<Outgoing> messages;
        private final Item item;
        private final boolean isOfSignals;
        private int free; // so many of the messages, the first, are not counted in the budget; guarded by `queue`
        private volatile boolean isDone;

        Sending(List<Outgoing> messages, Item item, int free, boolean isOfSignals) {
            this.messages = messages;
            this.item = item;
            this.isOfSignals = isOfSignals;
            this.free = free;
        }

        /** The call has returned: what it has not done yet stays for a while, and what waits behind it. */
        void returned() {
            if (isDone || (free == 0 && uncounted == 0)) {
                return;
            }
            synchronized (queue) {
                if (!isDone && !over) {
                    messages.subList(0, free).forEach(message -> message.retain(budget));
                    free = 0;
                    countQueued();
                }
            }
        }

        /** It is counted no more. Idempotent; under the lock. */
        void release() {
            isDone = true;
            for (; free < messages.size(); free++) {
                messages.get(free).release(budget);
            }
        }

        long held() {
            return messages.subList(free, messages.size()).stream()
                    .mapToLong(Outgoing::share)
                    .sum();
        }

        @Override
        public void completed(@Nullable Throwable failure) {
            boolean pingIsDue = false;
            Runnable reached = null;
            synchronized (queue) {
                if (inFlight != this) {
                    return; // a container that completes twice must not open the gate for a second write
                }
                release();
                if (item == Item.Ping.PING) {
                    pingPending = false;
                }
                if (failure == null) {
                    inFlight = null;
                    pingIsDue = pingDeferred;
                    pingDeferred = false;
                    if (marked != null && sentMessages >= markedAt) {
                        reached = marked;
                        marked = null;
                    }
                    if (isSettled()) {
                        queue.notifyAll();
                    }
                }
            }
            if (failure == null) {
                if (reached != null) {
                    Threads.guarded("what waited for a write", reached).run();
                }
                if (pingIsDue) {
                    pingOnPool();
                }
                drain();
            } else {
                discard();
                owner.broken(failure);
            }
        }
    }

    private void start(Sending sending) {
        try {
            if (sending.item instanceof Item.Farewell farewell) {
                owner.farewell(farewell.code());
            } else if (sending.item == Item.Ping.PING) {
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
        sending.returned();
    }
}
