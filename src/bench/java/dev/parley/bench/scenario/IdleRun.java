package dev.parley.bench.scenario;

import dev.parley.bench.load.Fleet;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.server.Server;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Members that only listen: what each costs in memory, and whether the fan-out still reaches them all.
 *
 * <p>A JVM is told to collect its garbage before each reading, because otherwise it is the garbage of the handshakes that is
 * measured; what the process had grown to without that is put down as well. They come in steps, and what was read last counts,
 * should the server not hold them all.
 */
final class IdleRun implements Run {
    private static final int WARM_MEMBERS = 200;
    private static final int STEPS = 10;
    private static final int BYTES_PER_KILOBYTE = 1_024;
    private static final long SETTLE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long POLL_NANOS = 50_000_000;

    private final Server server;
    private final Scale scale;
    private final Fleet fleet;

    IdleRun(Server server, Scale scale) {
        this.server = server;
        this.scale = scale;
        this.fleet = FanOutRun.connected(server, WARM_MEMBERS);
    }

    @Override
    public void warmUp(Duration time) {
        new FanOutRun(server, fleet, scale, WARM_MEMBERS).warmUp(time);
    }

    @Override
    public Map<String, Double> measure(String part, Duration window) {
        Reading before = read();
        Map<String, Double> values = new LinkedHashMap<>();
        int step = scale.idleConnections() / STEPS;
        try {
            for (int held = step; held <= step * STEPS; held += step) {
                FanOutRun.join(fleet, step);
                rest();
                put(before, read(), held, values);
            }
            FanOutRun everybody = new FanOutRun(server, fleet, scale, fleet.size());
            values.putAll(everybody.measure(FanOutParts.SINGLE, window));
        } catch (LoadException e) {
            if (values.isEmpty()) {
                throw e;
            }
            System.out.println(server.target() + " holds no more: " + e.reason());
        }
        return values;
    }

    private record Reading(double grown, double resident, double heap) {}

    private Reading read() {
        double grown = server.residentBytes();
        server.collectGarbage();
        return new Reading(grown, server.residentBytes(), server.heapBytes());
    }

    private static void put(Reading before, Reading now, int connections, Map<String, Double> values) {
        values.put(Metric.HELD.key(), (double) connections);
        values.put(Metric.RESIDENT.key(), kilobytes(now.resident() - before.resident()) / connections);
        values.put(Metric.RESIDENT_UNCOLLECTED.key(), kilobytes(now.grown() - before.resident()) / connections);
        values.put(Metric.HEAP.key(), kilobytes(now.heap() - before.heap()) / connections);
    }

    private void rest() {
        long end = System.nanoTime() + SETTLE_NANOS;
        while (System.nanoTime() < end) {
            fleet.poll(POLL_NANOS);
        }
    }

    private static double kilobytes(double bytes) {
        return bytes / BYTES_PER_KILOBYTE;
    }

    @Override
    public void close() {
        server.close();
        fleet.close();
    }
}
