package dev.parley.handshake;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the gate has decided: how often what, and the last refusals. Thread-safe, bounded: of causes beyond the first hundred
 * only the status is kept.
 */
public final class Decisions {
    private static final int MAX_CAUSES = 100;
    private static final int MAX_CAUSE_LENGTH = 200; // a dependency may say anything
    private static final int KEPT = 200;
    private static final String OTHER = "other";

    /**
     * An outcome of a handshake.
     *
     * @param status 101 or the status of the refusal
     * @param cause a fixed text; empty if it was accepted
     */
    public record Outcome(int status, String cause) {}

    /**
     * One that was refused.
     *
     * @param address where it came from, as the server saw it
     */
    public record Refusal(Instant at, Outcome outcome, String address) {}

    private final Map<Outcome, LongAdder> counts = new ConcurrentHashMap<>();
    private final ArrayDeque<Refusal> refusals = new ArrayDeque<>(); // guarded by itself

    void accepted() {
        count(new Outcome(101, ""));
    }

    void refused(int status, String cause, String address) {
        Outcome outcome =
                new Outcome(status, cause.length() > MAX_CAUSE_LENGTH ? cause.substring(0, MAX_CAUSE_LENGTH) : cause);
        count(outcome);
        synchronized (refusals) {
            if (refusals.size() == KEPT) {
                refusals.removeFirst();
            }
            refusals.addLast(new Refusal(Instant.now(), outcome, address));
        }
    }

    private void count(Outcome outcome) {
        LongAdder known = counts.get(outcome);
        if (known == null) {
            Outcome kept = counts.size() < MAX_CAUSES ? outcome : new Outcome(outcome.status(), OTHER);
            known = counts.computeIfAbsent(kept, first -> new LongAdder());
        }
        known.increment();
    }

    /** How often each outcome was. */
    public Map<Outcome, Long> counts() {
        Map<Outcome, Long> sums = new HashMap<>();
        counts.forEach((outcome, count) -> sums.put(outcome, count.sum()));
        return sums;
    }

    /** The last ones, oldest first. */
    public List<Refusal> refusals() {
        synchronized (refusals) {
            return List.copyOf(refusals);
        }
    }
}
