package dev.parley.connection;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The pulse of a peer: when it was last heard of, and how it has answered the pings that ask for a sign of life. Thread-safe. */
final class Heartbeat {
    private final Timing timing;
    private final LongSupplier nanoTime;
    private volatile long lastSeen;
    private volatile @Nullable Ping lastPing;
    private volatile long roundTripNanos = -1;

    /** What a peer's silence means. */
    enum Pulse {
        ALIVE,
        /** It is to be pinged. */
        QUIET,
        DEAD
    }

    /** A ping in the clock's nanoseconds. It is unanswered as long as nothing was seen since it started. */
    private record Ping(long startedAt, long leftAt) {}

    Heartbeat(Timing timing, LongSupplier nanoTime) {
        this.timing = timing;
        this.nanoTime = nanoTime;
        this.lastSeen = nanoTime.getAsLong();
    }

    void seen() {
        lastSeen = nanoTime.getAsLong();
    }

    void pinged(long startedAt) {
        lastPing = new Ping(startedAt, nanoTime.getAsLong());
    }

    void ponged() {
        seen();
        Ping ping = lastPing;
        if (ping != null) {
            roundTripNanos = nanoTime.getAsLong() - ping.startedAt();
        }
    }

    /** For how long nothing has been seen. */
    Duration quiet() {
        return Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - lastSeen));
    }

    /** How long the last ping took to be answered. */
    Optional<Duration> roundTrip() {
        long nanos = roundTripNanos;
        return nanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    Pulse pulse(long now) {
        Ping ping = unanswered();
        if (left(ping, now) > 0) {
            return Pulse.ALIVE;
        }
        return ping == null ? Pulse.QUIET : Pulse.DEAD;
    }

    /** How long it stays alive if nothing is seen, in nanoseconds. */
    long left(long now) {
        return left(unanswered(), now);
    }

    private long left(@Nullable Ping unanswered, long now) {
        // Counted from when the ping left, not from when it was due: a node that is late with pings kills nobody.
        return unanswered == null
                ? timing.heartbeatNanos() - (now - lastSeen)
                : timing.pongNanos() + 1 - (now - unanswered.leftAt());
    }

    private @Nullable Ping unanswered() {
        Ping ping = lastPing;
        return ping == null || lastSeen - ping.startedAt() >= 0 ? null : ping;
    }
}
