package dev.parley.admin;

import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Traffic;
import dev.parley.metrics.Histogram;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The last quarter of an hour of this node, one sample every five seconds, in memory. Thread-safe.
 */
public final class Sampler {
    /** How often {@link #sample} is to be called. */
    public static final int SECONDS = 5;

    private static final int KEPT = 15 * 60 / SECONDS;
    private static final double NANOS = 1e9;

    /**
     * Rates are per second.
     *
     * @param at milliseconds since 1970
     */
    private record Sample(
            long at, int connections, double in, double out, double bytesIn, double bytesOut, double p50, double p99) {}

    private final ConnectionManager connections;
    private final Histogram delivery;
    private final IntSupplier rooms;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private Traffic before;
    private Histogram.Counts deliveredBefore;
    private long sampledAt;

    public Sampler(ConnectionManager connections, Histogram delivery, IntSupplier rooms, LongSupplier nanoTime) {
        this.connections = connections;
        this.delivery = delivery;
        this.rooms = rooms;
        this.nanoTime = nanoTime;
        this.before = connections.tally().traffic();
        this.deliveredBefore = delivery.counts();
        this.sampledAt = nanoTime.getAsLong();
    }

    /** Takes the next sample. */
    public synchronized void sample() {
        long now = nanoTime.getAsLong();
        double seconds = Math.max(0.001, (now - sampledAt) / NANOS);
        Traffic traffic = connections.tally().traffic();
        Histogram.Counts delivered = delivery.counts();
        Histogram.Counts between = delivered.since(deliveredBefore);
        if (samples.size() == KEPT) {
            samples.removeFirst();
        }
        samples.addLast(new Sample(
                System.currentTimeMillis(),
                connections.count(),
                (traffic.messagesIn() - before.messagesIn()) / seconds,
                (traffic.messagesOut() - before.messagesOut()) / seconds,
                (traffic.bytesIn() - before.bytesIn()) / seconds,
                (traffic.bytesOut() - before.bytesOut()) / seconds,
                between.quantile(0.5),
                between.quantile(0.99)));
        before = traffic;
        deliveredBefore = delivered;
        sampledAt = now;
    }

    /** The figures of the last sample, for an overview. */
    public synchronized Map<String, Object> latest() {
        Sample last = samples.isEmpty() ? new Sample(0, 0, 0, 0, 0, 0, 0, 0) : samples.getLast();
        Map<String, Object> latest = new LinkedHashMap<>();
        latest.put("connections", connections.count());
        latest.put("rooms", rooms.getAsInt());
        latest.put("messagesInPerSecond", rounded(last.in()));
        latest.put("messagesOutPerSecond", rounded(last.out()));
        latest.put("bytesInPerSecond", rounded(last.bytesIn()));
        latest.put("bytesOutPerSecond", rounded(last.bytesOut()));
        latest.put("p50Millis", rounded(last.p50() * 1_000));
        latest.put("p99Millis", rounded(last.p99() * 1_000));
        return latest;
    }

    /** All samples, by column, oldest first. */
    public synchronized Map<String, Object> history() {
        List<Object> at = new ArrayList<>();
        List<Object> open = new ArrayList<>();
        List<Object> in = new ArrayList<>();
        List<Object> out = new ArrayList<>();
        List<Object> bytesIn = new ArrayList<>();
        List<Object> bytesOut = new ArrayList<>();
        List<Object> p50 = new ArrayList<>();
        List<Object> p99 = new ArrayList<>();
        for (Sample sample : samples) {
            at.add(sample.at());
            open.add(sample.connections());
            in.add(rounded(sample.in()));
            out.add(rounded(sample.out()));
            bytesIn.add(rounded(sample.bytesIn()));
            bytesOut.add(rounded(sample.bytesOut()));
            p50.add(rounded(sample.p50() * 1_000));
            p99.add(rounded(sample.p99() * 1_000));
        }
        return Map.of(
                "at", at,
                "connections", open,
                "in", in,
                "out", out,
                "bytesIn", bytesIn,
                "bytesOut", bytesOut,
                "p50Millis", p50,
                "p99Millis", p99);
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
