package dev.parley.bench.scenario;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param members of the fan-out
 * @param textBytes the size of a message that a member says
 * @param warmUp how long a server is used before it is measured
 * @param window how long a part is measured
 * @param floorWindow how long the floor is measured before and after
 * @param publishesPerSecond the offered rate of the fan-out at a fixed rate
 * @param idleConnections how many connections idle
 * @param slowWindow how long the members that have stopped reading are left alone
 */
public record Scale(
        int members,
        int textBytes,
        Duration warmUp,
        Duration window,
        Duration floorWindow,
        int publishesPerSecond,
        int idleConnections,
        Duration slowWindow) {
    private static final int TEXT_BYTES = 64;

    /** Enough to see where things stand. */
    public static Scale quick() {
        return new Scale(
                Integer.getInteger("bench.members", 1_000),
                Integer.getInteger("bench.bytes", TEXT_BYTES),
                seconds("bench.warmup", 4),
                seconds("bench.window", 2),
                Duration.ofMillis(500),
                Integer.getInteger("bench.rate", 20),
                Integer.getInteger("bench.idle", 2_000),
                Duration.ofSeconds(12));
    }

    /** Enough to publish. */
    public static Scale full() {
        return new Scale(
                Integer.getInteger("bench.members", 1_000),
                Integer.getInteger("bench.bytes", TEXT_BYTES),
                seconds("bench.warmup", 8),
                seconds("bench.window", 4),
                Duration.ofSeconds(2),
                Integer.getInteger("bench.rate", 20),
                Integer.getInteger("bench.idle", 10_000),
                Duration.ofSeconds(20));
    }

    private static Duration seconds(String property, int otherwise) {
        return Duration.ofSeconds(Integer.getInteger(property, otherwise));
    }
}
