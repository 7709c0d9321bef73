package dev.parley.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long something took, how often: counts in fixed buckets. Thread-safe; recording is two additions that do not contend.
 */
public final class Histogram {
    /** Upper bounds in nanoseconds, from half a millisecond to ten seconds, in steps of about two. */
    private static final long[] BOUNDS = {
        500_000L,
        1_000_000L,
        2_500_000L,
        5_000_000L,
        10_000_000L,
        25_000_000L,
        50_000_000L,
        100_000_000L,
        250_000_000L,
        500_000_000L,
        1_000_000_000L,
        2_500_000_000L,
        5_000_000_000L,
        10_000_000_000L
    };

    private static final double NANOS = 1e9;

    private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1]; // the last one has no bound
    private final LongAdder sumNanos = new LongAdder();

    public Histogram() {
        Arrays.setAll(buckets, i -> new LongAdder());
    }

    /** Something took so long; less than nothing, which clocks can make of it, counts as nothing. */
    public void record(long nanos) {
        long took = Math.max(0, nanos);
        int bucket = 0;
        while (bucket < BOUNDS.length && took > BOUNDS[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        sumNanos.add(took);
    }

    /** What has been recorded up to now. */
    public Counts counts() {
        long[] counts = new long[buckets.length];
        Arrays.setAll(counts, i -> buckets[i].sum());
        return new Counts(counts, sumNanos.sum() / NANOS);
    }

    /** What has been recorded up to some moment, by bucket. Immutable; the difference of two is what came between them. */
    public static final class Counts {
        private final long[] counts;
        private final double sumSeconds;

        private Counts(long[] counts, double sumSeconds) {
            this.counts = counts;
            this.sumSeconds = sumSeconds;
        }

        public Counts since(Counts earlier) {
            long[] between = new long[counts.length];
            Arrays.setAll(between, i -> counts[i] - earlier.counts[i]);
            return new Counts(between, sumSeconds - earlier.sumSeconds);
        }

        public long total() {
            return Arrays.stream(counts).sum();
        }

        double sumSeconds() {
            return sumSeconds;
        }

        long[] perBucket() {
            return counts.clone();
        }

        /** Upper bounds in seconds; the last is infinite. */
        static double[] boundsSeconds() {
            double[] bounds = new double[BOUNDS.length + 1];
            Arrays.setAll(bounds, i -> i < BOUNDS.length ? BOUNDS[i] / NANOS : Double.POSITIVE_INFINITY);
            return bounds;
        }

        /**
         * The time that a share of all did not exceed, estimated within its bucket, in seconds; the highest bound if it is above
         * that, and 0 if there is nothing.
         */
        public double quantile(double share) {
            double rank = share * total();
            double below = 0;
            for (int i = 0; i < BOUNDS.length; i++) {
                if (counts[i] > 0 && below + counts[i] >= rank) {
                    double from = i == 0 ? 0 : BOUNDS[i - 1];
                    return (from + (BOUNDS[i] - from) * (rank - below) / counts[i]) / NANOS;
                }
                below += counts[i];
            }
            return total() == 0 ? 0 : BOUNDS[BOUNDS.length - 1] / NANOS;
        }
    }
}
