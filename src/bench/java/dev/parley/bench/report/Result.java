package dev.parley.bench.report;

import dev.parley.bench.scenario.Metric;
import dev.parley.bench.scenario.Scenario;
import dev.parley.bench.server.Target;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One measurement of one scenario at one target in one round.
 *
 * @param values by {@link #key}; empty if it failed
 * @param failure why nothing was measured; empty if something was
 * @param machineLoad the machine's load average when it ended
 */
public record Result(
        Scenario scenario, Target target, int round, Map<String, Double> values, String failure, double machineLoad) {
    public Result {
        values = new LinkedHashMap<>(values);
    }

    /** The name of a part's value. */
    public static String key(String part, Metric metric) {
        return part + "." + metric.key();
    }

    /** The name of the ratio of a part's value to the floor's, measured just before and just after. */
    public static String ratioKey(String part, Metric metric) {
        return key(part, metric) + ".floors";
    }

    public boolean isMeasured() {
        return failure.isEmpty();
    }
}
