package dev.parley.bench.scenario;

import dev.parley.bench.server.ProcessorTime;
import dev.parley.bench.server.Server;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;

/** What a stretch of time cost the server, and how busy the load generator was. Used on the generator's thread. */
final class Meter {
    private static final double NANOS_PER_MICRO = 1_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Server server;
    private final ProcessorTime processorBefore;
    private final long generatorBefore;
    private final long before;

    private Meter(Server server) {
        this.server = server;
        this.processorBefore = server.processorTime();
        this.generatorBefore = THREADS.getCurrentThreadCpuTime();
        this.before = System.nanoTime();
    }

    static Meter start(Server server) {
        return new Meter(server);
    }

    /** Puts down the processor time for each of {@code count} things, and how many there were a second. */
    void stop(long count, Metric rate, Map<String, Double> values) {
        long nanos = System.nanoTime() - before;
        long generator = THREADS.getCurrentThreadCpuTime() - generatorBefore;
        long processor = server.processorTime().since(processorBefore);
        values.put(Metric.MICROS.key(), processor / NANOS_PER_MICRO / count);
        values.put(rate.key(), count * NANOS_PER_SECOND / nanos);
        values.put(Metric.GENERATOR.key(), (double) generator / nanos);
    }
}
