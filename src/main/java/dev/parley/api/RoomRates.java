package dev.parley.api;

import dev.parley.room.Rooms;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** How much is said in each room of this node: the difference between one look and the next. Thread-safe. */
public final class RoomRates {
    private static final double NANOS = 1e9;

    private final Rooms rooms;
    private final LongSupplier nanoTime;
    private volatile Map<String, Double> rates = Map.of();

    // Guarded by this.
    private Map<String, Long> before = Map.of();
    private long lookedAt;

    public RoomRates(Rooms rooms, LongSupplier nanoTime) {
        this.rooms = rooms;
        this.nanoTime = nanoTime;
        this.lookedAt = nanoTime.getAsLong();
    }

    /** To be called every few seconds. */
    public synchronized void look() {
        long now = nanoTime.getAsLong();
        double seconds = Math.max(0.001, (now - lookedAt) / NANOS);
        Map<String, Long> told = rooms.told();
        Map<String, Double> busy = new HashMap<>();
        told.forEach((room, entries) -> {
            long earlier = before.getOrDefault(room, 0L);
            long more = entries < earlier ? entries : entries - earlier; // a room that was left begins anew
            if (more > 0) {
                busy.put(room, Math.round(more / seconds * 100) / 100.0);
            }
        });
        before = told;
        lookedAt = now;
        rates = busy;
    }

    /** Messages a second. */
    public double perSecond(String room) {
        return rates.getOrDefault(room, 0.0);
    }

    /** The rates of the busiest rooms, the highest first; which rooms they are is not said. */
    public List<Double> highest(int limit) {
        return rates.values().stream()
                .sorted((one, other) -> Double.compare(other, one))
                .limit(limit)
                .toList();
    }
}
