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
 * @param restNanos how long nobody looks at a connection to which nothing is being written, at most a second and an eighth of the times
 *     above
 */
record Timing(long sendTimeoutNanos, long heartbeatNanos, long pongNanos, long movingNanos, long restNanos) {
    private static final long MOVING_NANOS = 250_000_000;
    private static final long REST_NANOS = 1_000_000_000;

    static Timing of(Duration sendTimeout, Duration heartbeat) {
        return new Timing(
                sendTimeout.toNanos(),
                heartbeat.toNanos(),
                heartbeat.toNanos() * 3 / 2,
                Math.min(MOVING_NANOS, sendTimeout.toNanos() / 4),
                Math.min(REST_NANOS, Math.min(sendTimeout.toNanos(), heartbeat.toNanos()) / 8));
    }
}
