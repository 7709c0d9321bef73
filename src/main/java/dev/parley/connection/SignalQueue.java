package dev.parley.connection;

import dev.parley.node.Budget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The signals that wait beside the messages of an outbox: a few of them and the last ones, outside its bounds, the oldest given up for a
 * later one. So they neither fill an outbox nor hold up a message. Guarded by its {@link OutboxQueue}.
 */
final class SignalQueue {
    /** More than one room tells at once. */
    static final int MAX_SIGNALS = 64;

    static final long MAX_BYTES = 256 * 1024;

    private final Budget budget;
    private final ArrayDeque<Outgoing> signals = new ArrayDeque<>(0);
    private long bytes;

    SignalQueue(Budget budget) {
        this.budget = budget;
    }

    /** Takes signals, and says how many were given up for want of room, these or earlier ones. */
    int offer(List<Outgoing> last) {
        int given = 0;
        for (Outgoing signal : last) {
            signal.retain(budget);
            signals.add(signal);
            bytes += signal.bytes();
            while (signals.size() > MAX_SIGNALS || bytes > MAX_BYTES) {
                take().release(budget);
                given++;
            }
        }
        return given;
    }

    /** The oldest ones, at most so many. */
    List<Outgoing> take(int max) {
        List<Outgoing> oldest = new ArrayList<>(Math.min(max, signals.size()));
        while (oldest.size() < max && !signals.isEmpty()) {
            oldest.add(take());
        }
        return oldest;
    }

    private Outgoing take() {
        Outgoing oldest = signals.remove();
        bytes -= oldest.bytes();
        return oldest;
    }

    boolean isEmpty() {
        return signals.isEmpty();
    }

    long held() {
        return signals.stream().mapToLong(Outgoing::share).sum();
    }

    void clear() {
        while (!signals.isEmpty()) {
            take().release(budget);
        }
    }
}
