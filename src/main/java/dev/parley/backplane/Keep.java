package dev.parley.backplane;

import java.time.Duration;

/**
 * How much of a room's log is kept: what is outside of any of these is given to nobody who looks back.
 *
 * @param entries the last so many; none if 0
 * @param age those that are no older
 * @param bytes the last that are together no longer, as the engine stores them
 */
public record Keep(long entries, Duration age, long bytes) {
    private static final Duration FOREVER = Duration.ofDays(365_000);

    /** All that is kept of every room. */
    public static final Keep ALL = new Keep(Long.MAX_VALUE, FOREVER, Long.MAX_VALUE);

    public static Keep entries(long entries) {
        return new Keep(entries, FOREVER, Long.MAX_VALUE);
    }

    public static Keep age(Duration age) {
        return new Keep(Long.MAX_VALUE, age, Long.MAX_VALUE);
    }

    public static Keep bytes(long bytes) {
        return new Keep(Long.MAX_VALUE, FOREVER, bytes);
    }

    /** What both keep. */
    public Keep and(Keep other) {
        return new Keep(
                Math.min(entries, other.entries),
                age.compareTo(other.age) < 0 ? age : other.age,
                Math.min(bytes, other.bytes));
    }

    /** Whether it keeps less than {@link #ALL}. */
    public boolean isLimited() {
        return !equals(ALL);
    }

    /** Whether something goes just because time does. */
    public boolean isTimed() {
        return age.compareTo(FOREVER) < 0;
    }
}
