package dev.parley.bench.load;

/**
 * How long things took: counts in buckets that are 1.6 % wide, so nothing is allocated while measuring. Not thread-safe.
 */
public final class Latencies {
    private static final int STEPS_BITS = 6; // 64 buckets for each doubling
    private static final int STEPS = 1 << STEPS_BITS;
    private static final double NANOS_PER_MICRO = 1_000;

    private final long[] counts = new long[(Long.SIZE - STEPS_BITS) << STEPS_BITS];
    private long count;

    public void record(long nanos) {
        counts[bucket(Math.max(0, nanos))]++;
        count++;
    }

    public long count() {
        return count;
    }

    /** The time in microseconds within which this share of all was done; NaN if there was nothing. */
    public double micros(double share) {
        if (count == 0) {
            return Double.NaN;
        }
        long rank = (long) Math.ceil(share * count);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return upperEdge(i) / NANOS_PER_MICRO;
            }
        }
        throw new AssertionError();
    }

    private static int bucket(long nanos) {
        if (nanos < STEPS) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - STEPS_BITS;
        return (shift << STEPS_BITS) + (int) (nanos >>> shift);
    }

    private static double upperEdge(int bucket) {
        if (bucket < 2 * STEPS) {
            return bucket;
        }
        int shift = (bucket >>> STEPS_BITS) - 1;
        long mantissa = bucket - ((long) shift << STEPS_BITS);
        return (double) ((mantissa + 1) << shift) - 1;
    }
}
