package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits in an outbox, within its bounds, and the one call to the wire that is under way.
 *
 * <p>Where it is full, messages are given up that a later one of their {@link Lane} follows. Signals wait beside it, see
 * {@link SignalQueue}: one leaves when no message waits.
 *
 * <p>What stays, because it cannot leave at once or its write does not complete inside the call, is counted in the budget; what
 * passes through is not, so that it costs nothing.
 *
 * <p>Thread-safe by its monitor, which is the whole outbox's, and never held around a call to anybody.
 */
final class OutboxQueue {
    /** Enough to fill a system call; more would only keep one peer's turn longer. */
    private static final int BATCH_BYTES = 64 * 1024;

    private final Outbox.Bounds bounds;
    private final int batch;
    private final LongSupplier nanoTime;
    private final Budget budget;

    private final ArrayDeque<Item> items = new ArrayDeque<>(2);
    private final SignalQueue signals;
    private final Lanes lanes = new Lanes();
    private long itemBytes;
    private int uncounted; // so many messages at the head are not counted in the budget
    private @Nullable Sending inFlight;
    private long inFlightSince;
    private boolean closed;
    private boolean over;
    private long sentMessages;
    private long sentBytes;
    private long dropped;
    private long left; // messages that were sent or given up, to tell when those that wait now have been

    /** For a wire that takes {@code batch} messages at once. */
    OutboxQueue(Outbox.Bounds bounds, int batch, LongSupplier nanoTime, Budget budget) {
        this.bounds = bounds;
        this.batch = batch;
        this.nanoTime = nanoTime;
        this.budget = budget;
        this.signals = new SignalQueue(budget);
    }

    /** Takes messages as far as there is room for them, or others can be given up; with none in it, it has room for any one offer. */
    synchronized Outbox.Offer offer(List<Outgoing> messages) {
        if (closed) {
            return Outbox.Offer.CLOSED;
        }
        boolean idle = items.isEmpty() && !isSending();
        boolean leavesNow = idle && inFlight == null;
        if (!leavesNow) {
            countWaiting();
        }
        int taken = 0;
        for (Outgoing message : messages) {
            if (!idle && !hasRoomFor(message) && !makeRoomFor(message)) {
                dropped += messages.size() - taken;
                return Outbox.Offer.FULL;
            }
            items.add(message);
            lanes.queued(message);
            itemBytes += message.bytes();
            if (leavesNow) {
                uncounted++;
            } else {
                message.retain(budget);
            }
            taken++;
        }
        return Outbox.Offer.ACCEPTED;
    }

    /** Takes signals, and says how many were given up. */
    synchronized int offerSignals(List<Outgoing> last) {
        return closed ? 0 : signals.offer(last);
    }

    /** What was to leave at once stays for a while. */
    synchronized void countWaiting() {
        Iterator<Item> each = items.iterator();
        for (; uncounted > 0; uncounted--) {
            if (each.next() instanceof Outgoing message) {
                message.retain(budget);
            }
        }
    }

    private boolean hasRoomFor(Outgoing message) {
        int messages = items.size();
        long bytes = itemBytes;
        if (!isSending() && items.peek() instanceof Outgoing next) { // is about to leave, and does not count as waiting
            messages--;
            bytes -= next.bytes();
        }
        return messages < bounds.messages() && bytes + message.bytes() <= bounds.bytes();
    }

    private boolean makeRoomFor(Outgoing message) {
        while (!hasRoomFor(message)) {
            Outgoing given = lanes.giveUpOne(items, message);
            if (given == null) {
                return false;
            }
            given.release(budget);
            itemBytes -= given.bytes();
            dropped++;
            left++;
        }
        return true;
    }

    private boolean isSending() {
        return inFlight != null && !inFlight.isPing() && !inFlight.isOfSignals;
    }

    /** Takes nothing more but this, behind all that waits; false if it does so already. */
    synchronized boolean finish(CloseStatus code) {
        if (closed) {
            return false;
        }
        closed = true;
        signals.clear();
        items.add(new Item.Farewell(code));
        notifyAll();
        return true;
    }

    /** Takes nothing more, and lets go of what waits. What is in flight stays in flight. */
    synchronized void discard() {
        closed = true;
        for (Item item : items) {
            if (item instanceof Outgoing message) {
                dropped++;
                if (uncounted > 0) {
                    uncounted--;
                } else {
                    message.release(budget);
                }
            }
        }
        items.clear();
        signals.clear();
        lanes.clear();
        itemBytes = 0;
        notifyAll();
    }

    /** As {@link #discard}; what is in flight is counted no more. */
    synchronized void over() {
        over = true;
        if (inFlight != null) {
            inFlight.release(budget);
        }
        discard();
    }

    /** Its part in the bytes that it keeps. */
    synchronized long held() {
        long bytes = signals.held() + (inFlight == null ? 0 : inFlight.held());
        for (Item item : items) {
            bytes += item instanceof Outgoing message ? message.share() : 0;
        }
        return bytes;
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

    synchronized Depth depth() {
        return new Depth(items.size(), itemBytes, sentMessages, sentBytes, dropped);
    }

    /** Whether more than a quarter of what may wait is waiting. */
    synchronized boolean isFilling() {
        return items.size() > bounds.messages() / 4 || itemBytes > bounds.bytes() / 4;
    }

    /** How long the current call has been under way, in nanoseconds; 0 when there is none. */
    synchronized long stalledNanos() {
        return inFlight == null ? 0 : Math.max(1, nanoTime.getAsLong() - inFlightSince);
    }

    /** Under the lock, as what follows until {@link #next}. */
    boolean isClosed() {
        return closed;
    }

    /** Whether no message waits and no call is under way; one of signals counts only if {@code signals}. */
    boolean isIdle(boolean signals) {
        return items.isEmpty() && (inFlight == null || (!signals && inFlight.isOfSignals));
    }

    /** How many messages have left it. */
    long left() {
        return left;
    }

    /** How many will have, once all that wait now have. */
    long end() {
        return left + items.size();
    }

    /** Has a call under way; false if there is one. */
    boolean begin(Sending sending) {
        if (inFlight != null) {
            return false;
        }
        inFlight = sending;
        inFlightSince = nanoTime.getAsLong();
        return true;
    }

    /** Has the next call of {@code outbox} under way, to be made now; null if there is one, or none to make. */
    synchronized @Nullable Sending next(Outbox outbox) {
        if (inFlight != null) {
            return null;
        }
        Item item = items.poll();
        List<Outgoing> messages = List.of();
        boolean isOfSignals = item == null;
        if (item == null) {
            if (signals.isEmpty()) {
                return null;
            }
            messages = signals.take(batch);
            messages.forEach(this::count);
            item = messages.get(0);
        } else if (item instanceof Outgoing first) {
            messages = batch(first);
        }
        int free = Math.min(uncounted, messages.size());
        uncounted -= free;
        Sending sending = new Sending(outbox, messages, item, free, isOfSignals);
        boolean unused = begin(sending);
        return sending;
    }

    /** The first message and those right behind it, as many as the wire takes at once, and what the peer must be told before. */
    private List<Outgoing> batch(Outgoing first) {
        if (first.lane() == null && (batch == 1 || !(items.peek() instanceof Outgoing))) {
            leave(first);
            return List.of(first);
        }
        List<Outgoing> messages = new ArrayList<>(Math.min(batch, items.size() + 1));
        int bytes = take(first, messages);
        while (messages.size() < batch && bytes < BATCH_BYTES && items.peek() instanceof Outgoing message) {
            items.remove();
            bytes += take(message, messages);
        }
        return messages;
    }

    private int take(Outgoing message, List<Outgoing> messages) {
        lanes.taken(message);
        Outgoing notice = lanes.noticeBefore(message);
        if (notice != null) {
            notice.retain(budget);
            messages.add(notice);
            count(notice);
        }
        messages.add(message);
        leave(message);
        return message.bytes();
    }

    private void leave(Outgoing message) {
        itemBytes -= message.bytes();
        left++;
        count(message);
    }

    private void count(Outgoing message) {
        sentMessages++;
        sentBytes += message.bytes();
    }

    /** The call has returned: what it has not done yet stays for a while, and what waits behind it. */
    void returned(Sending sending) {
        if (sending.isDone || (sending.free == 0 && uncounted == 0)) {
            return; // without the lock, as most often
        }
        synchronized (this) {
            if (!sending.isDone && !over) {
                sending.retain(budget);
                countWaiting();
            }
        }
    }

    /** Under the lock: the call has done what it will; another may follow if it has not failed. False if it was not under way. */
    boolean completed(Sending sending, boolean hasFailed) {
        if (inFlight != sending) {
            return false; // a container that completes twice must not open the gate for a second write
        }
        sending.release(budget);
        if (!hasFailed) {
            inFlight = null;
        }
        return true;
    }
}
