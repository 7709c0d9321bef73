package dev.parley.admin;

import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Traffic;
import dev.parley.metrics.Histogram;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * How this node has been doing, in memory: the last quarter of an hour, a sample every five seconds, and the last day, one every
 * minute. Thread-safe.
 */
public final class Sampler {
    /** How often {@link #sample} is to be called. */
    public static final int SECONDS = 5;

    private static final int FINE_MINUTES = 15;
    private static final int KEPT = FINE_MINUTES * 60 / SECONDS;
    private static final int MINUTES_KEPT = 24 * 60;
    private static final int STEPS = 240; // of a line; a page asks for all of them every second
    private static final double NANOS = 1e9;
    private static final double PERCENT = 100;

    /**
     * Rates are per second, shares of 1.
     *
     * @param at milliseconds since 1970
     * @param processor of all that the machine has; negative if it does not say
     */
    record Sample(
            long at,
            int connections,
            double in,
            double out,
            double bytesIn,
            double bytesOut,
            double p50,
            double p99,
            double processor,
            double heap) {
        static final Sample NONE = new Sample(0, 0, 0, 0, 0, 0, 0, 0, -1, 0);

        /** The higher figures of both. */
        private Sample peak(Sample later) {
            return new Sample(
                    later.at,
                    Math.max(connections, later.connections),
                    Math.max(in, later.in),
                    Math.max(out, later.out),
                    Math.max(bytesIn, later.bytesIn),
                    Math.max(bytesOut, later.bytesOut),
                    Math.max(p50, later.p50),
                    Math.max(p99, later.p99),
                    Math.max(processor, later.processor),
                    Math.max(heap, later.heap));
        }
    }

    private final ConnectionManager connections;
    private final Histogram delivery;
    private final IntSupplier rooms;
    private final DoubleSupplier processor;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private final Series fine;
    private final Series coarse;

    public Sampler(
            ConnectionManager connections,
            Histogram delivery,
            IntSupplier rooms,
            DoubleSupplier processor,
            LongSupplier nanoTime) {
        this.connections = connections;
        this.delivery = delivery;
        this.rooms = rooms;
        this.processor = processor;
        this.nanoTime = nanoTime;
        this.fine = new Series(1, KEPT);
        this.coarse = new Series(60 / SECONDS, MINUTES_KEPT);
    }

    /** One sample of so many: each tells of the time since the one before it. */
    private final class Series {
        final ArrayDeque<Sample> samples = new ArrayDeque<>();
        private final int every;
        private final int kept;
        private int skipped;
        private DoubleSummaryStatistics shares = new DoubleSummaryStatistics(); // of the processor
        private Traffic before = connections.tally().traffic();
        private Histogram.Counts deliveredBefore = delivery.counts();
        private long sampledAt = nanoTime.getAsLong();

        Series(int every, int kept) {
            this.every = every;
            this.kept = kept;
        }

        void sample(double share) {
            if (share >= 0) {
                shares.accept(share);
            }
            if (++skipped == every) {
                take();
            }
        }

        private void take() {
            long now = nanoTime.getAsLong();
            double seconds = Math.max(0.001, (now - sampledAt) / NANOS);
            Traffic traffic = connections.tally().traffic();
            Histogram.Counts delivered = delivery.counts();
            Histogram.Counts between = delivered.since(deliveredBefore);
            if (samples.size() == kept) {
                samples.removeFirst();
            }
            MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
            samples.addLast(new Sample(
                    System.currentTimeMillis(),
                    connections.count(),
                    (traffic.messagesIn() - before.messagesIn()) / seconds,
                    (traffic.messagesOut() - before.messagesOut()) / seconds,
                    (traffic.bytesIn() - before.bytesIn()) / seconds,
                    (traffic.bytesOut() - before.bytesOut()) / seconds,
                    between.quantile(0.5),
                    between.quantile(0.99),
                    shares.getCount() > 0 ? shares.getAverage() : -1,
                    heap.getMax() > 0 ? (double) heap.getUsed() / heap.getMax() : 0));
            before = traffic;
            deliveredBefore = delivered;
            sampledAt = now;
            shares = new DoubleSummaryStatistics();
            skipped = 0;
        }
    }

    /** Takes the next sample. */
    public synchronized void sample() {
        double share = processor.getAsDouble(); // once: it tells of the time since it was asked before
        fine.sample(share);
        coarse.sample(share);
    }

    /** The figures of the last sample, for an overview. */
    public synchronized Map<String, Object> latest() {
        Sample last = fine.samples.isEmpty() ? Sample.NONE : fine.samples.getLast();
        Map<String, Object> latest = new LinkedHashMap<>();
        latest.put("connections", connections.count());
        latest.put("rooms", rooms.getAsInt());
        latest.put("messagesInPerSecond", rounded(last.in()));
        latest.put("messagesOutPerSecond", rounded(last.out()));
        latest.put("bytesInPerSecond", rounded(last.bytesIn()));
        latest.put("bytesOutPerSecond", rounded(last.bytesOut()));
        latest.put("p50Millis", rounded(last.p50() * 1_000));
        latest.put("p99Millis", rounded(last.p99() * 1_000));
        latest.put("processor", rounded(last.processor()));
        return latest;
    }

    /** The samples of the last so many minutes, by column, oldest first; over a longer time the peaks of each step. */
    public synchronized Map<String, Object> history(int minutes) {
        List<Sample> samples = samples(minutes);
        Map<String, Object> history = new LinkedHashMap<>();
        history.put("minutes", minutes);
        history.put("at", samples.stream().map(Sample::at).toList());
        history.put("connections", samples.stream().map(Sample::connections).toList());
        history.put("in", column(samples, Sample::in));
        history.put("out", column(samples, Sample::out));
        history.put("bytesIn", column(samples, Sample::bytesIn));
        history.put("bytesOut", column(samples, Sample::bytesOut));
        history.put("p50Millis", column(samples, sample -> sample.p50() * 1_000));
        history.put("p99Millis", column(samples, sample -> sample.p99() * 1_000));
        history.put("processor", column(samples, sample -> Math.max(0, sample.processor()) * PERCENT));
        history.put("heap", column(samples, sample -> sample.heap() * PERCENT));
        return history;
    }

    private List<Sample> samples(int minutes) {
        Series series = minutes > FINE_MINUTES ? coarse : fine;
        long span = Duration.ofMinutes(minutes).toMillis();
        long since = System.currentTimeMillis() - span;
        return peaks(
                series.samples.stream().filter(sample -> sample.at() >= since).toList(), span / STEPS);
    }

    /** One for each step of the clock, so that they stay the same as time goes on, and the last one as it is. */
    static List<Sample> peaks(List<Sample> samples, long stepMillis) {
        Map<Long, Sample> peaks = new LinkedHashMap<>();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            long step = i < samples.size() - 1 ? sample.at() / stepMillis : Long.MAX_VALUE;
            peaks.merge(step, sample, Sample::peak);
        }
        return List.copyOf(peaks.values());
    }

    private static List<Double> column(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return samples.stream()
                .map(sample -> rounded(value.applyAsDouble(sample)))
                .toList();
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
