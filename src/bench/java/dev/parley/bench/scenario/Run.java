package dev.parley.bench.scenario;

import java.time.Duration;
import java.util.Map;

/** A scenario under way at one server, which it owns: closing the run ends the server first and then its clients. */
public interface Run extends AutoCloseable {
    /** Uses the server as it will be used while it is measured. */
    void warmUp(Duration time);

    /**
     * Measures one of the scenario's parts.
     *
     * @return values by name
     * @throws dev.parley.bench.load.LoadException if nothing can be measured
     */
    Map<String, Double> measure(String part, Duration window);

    @Override
    void close();
}
