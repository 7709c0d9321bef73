package dev.parley.connection;

import java.time.Duration;

/**
 * The times that a connection lives by, in nanoseconds.
 *
 * @param sendTimeoutNanos how long one write may be under way before its peer counts as stalled
 * @param heartbeatNanos how long a peer may be quiet before it is pinged
 * @param pongNanos how long it may then stay quiet: one and a half heartbeats, so that a dead peer is noticed after two and a
 *     half
 * @param movingNanos a write younger than this belongs to a peer that is taking what it gets
 */
record Timing(long sendTimeoutNanos, long heartbeatNanos, long pongNanos, long movingNanos) {
    private static final long MOVING_NANOS = 250_000_000;

    static Timing of(Duration sendTimeout, Duration heartbeat) {
        return new Timing(
                sendTimeout.toNanos(),
                heartbeat.toNanos(),
                heartbeat.toNanos() * 3 / 2,
                Math.min(MOVING_NANOS, sendTimeout.toNanos() / 4));
    }
}
