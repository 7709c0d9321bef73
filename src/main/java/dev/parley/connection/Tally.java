package dev.parley.connection;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all connections of a node together have done and are doing. Every connection keeps its own figures; they are added up
 * when somebody asks, so that sending costs nothing more. Thread-safe.
 */
public final class Tally {
    private static final String PEER = "peer";
    private static final int KEPT = 200;

    private final Collection<Connection> live;
    private final LongAdder opened = new LongAdder();
    private final Map<String, LongAdder> closed = new ConcurrentHashMap<>();

    private final LongAdder dropped = new LongAdder();

    // Guarded by this.
    private final ArrayDeque<Figures.Ended> lately = new ArrayDeque<>();
    private long toldDropped;
    private Traffic ended = Traffic.NONE;
    private Traffic told = Traffic.NONE;

    Tally(Collection<Connection> live) {
        this.live = live;
    }

    void opened() {
        opened.increment();
    }

    /** It is still one of the live ones. */
    void ending(Connection connection) {
        Figures.Ended over = connection.asEnded();
        if (over.cause().equals(PEER)) {
            return;
        }
        synchronized (this) {
            if (lately.size() == KEPT) {
                lately.removeFirst();
            }
            lately.addLast(over);
        }
    }

    /** It is none of the live ones any more. */
    void closed(Connection connection) {
        closed.computeIfAbsent(connection.endCause(), cause -> new LongAdder()).increment();
        Traffic last = connection.traffic();
        dropped.add(connection.queue().depth().dropped());
        synchronized (this) {
            ended = ended.plus(last);
        }
    }

    /** How many connections there have been. */
    public long openedCount() {
        return opened.sum();
    }

    /** How many are over, by the word for why: the name of a close code, {@code peer} or {@code broken}. */
    public Map<String, Long> closedByCause() {
        Map<String, Long> counts = new TreeMap<>();
        closed.forEach((cause, count) -> counts.put(cause, count.sum()));
        return counts;
    }

    /** How many messages have never been sent: left out for a peer that was too slow, or because its connection ended first. */
    public long droppedMessages() {
        long sum = dropped.sum();
        for (Connection connection : live) {
            sum += connection.queue().depth().dropped();
        }
        synchronized (this) {
            toldDropped =
                    Math.max(toldDropped, sum); // one that just ends is missing, and what only grows must not shrink
            return toldDropped;
        }
    }

    /** The last connections that were ended here and not by their peer, oldest first. */
    public List<Figures.Ended> endedLately() {
        synchronized (this) {
            return List.copyOf(lately);
        }
    }

    /**
     * The sum of all outboxes.
     *
     * @param waiting messages that wait
     * @param waitingBytes their size
     * @param deepest messages in the fullest of them
     * @param filling how many of them are more than a quarter full
     */
    public record Outboxes(long waiting, long waitingBytes, int deepest, int filling) {}

    public Outboxes outboxes() {
        long waiting = 0;
        long bytes = 0;
        int deepest = 0;
        int filling = 0;
        for (Connection connection : live) {
            OutboxQueue.Depth depth = connection.queue().depth();
            waiting += depth.waiting();
            bytes += depth.waitingBytes();
            deepest = Math.max(deepest, depth.waiting());
            filling += connection.queue().isFilling() ? 1 : 0;
        }
        return new Outboxes(waiting, bytes, deepest, filling);
    }

    /** What went in and out since the start. Never less than it said before. */
    public Traffic traffic() {
        Traffic sum;
        synchronized (this) {
            sum = ended;
        }
        // One that ends from here on is missing this time, and not counted twice: what only grows must not shrink.
        for (Connection connection : live) {
            sum = sum.plus(connection.traffic());
        }
        synchronized (this) {
            told = sum.atLeast(told);
            return told;
        }
    }
}
