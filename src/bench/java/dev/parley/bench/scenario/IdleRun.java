package dev.parley.bench.scenario;

import dev.parley.bench.load.Fleet;
import dev.parley.bench.server.Server;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Members that only listen: what each costs in memory, and whether the fan-out still reaches them all.
 *
 * <p>A JVM is told to collect its garbage before each reading, because otherwise it is the garbage of the handshakes that is
 * measured; what the process had grown to without that is put down as well.
 */
final class IdleRun implements Run {
    private static final int WARM_MEMBERS = 200;
    private static final int BYTES_PER_KILOBYTE = 1_024;
    private static final long SETTLE_NANOS = Duration.ofSeconds(2).toNanos();
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
        int count = scale.idleConnections();
        server.collectGarbage();
        long residentBefore = server.residentBytes();
        double heapBefore = server.heapBytes();
        FanOutRun.join(fleet, count);
        rest();
        long grown = server.residentBytes();
        server.collectGarbage();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(Metric.RESIDENT.key(), kilobytes((double) server.residentBytes() - residentBefore) / count);
        values.put(Metric.RESIDENT_UNCOLLECTED.key(), kilobytes((double) grown - residentBefore) / count);
        values.put(Metric.HEAP.key(), kilobytes(server.heapBytes() - heapBefore) / count);
        FanOutRun everybody = new FanOutRun(server, fleet, scale, fleet.size());
        values.putAll(everybody.measure(FanOutParts.SINGLE, window));
        return values;
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
