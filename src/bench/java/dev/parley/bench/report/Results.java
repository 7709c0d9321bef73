package dev.parley.bench.report;

import dev.parley.bench.scenario.Scenario;
import dev.parley.bench.server.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All results of one run, and the targets that could not take part. Not thread-safe. */
public final class Results {
    private final List<Result> results = new ArrayList<>();
    private final Map<Target, String> absent = new LinkedHashMap<>();

    public void add(Result result) {
        results.add(result);
    }

    /** Puts down why a target is not measured at all. */
    public void absent(Target target, String reason) {
        absent.put(target, reason);
    }

    /** Whether anything was measured. */
    public boolean hasAny() {
        return results.stream().anyMatch(Result::isMeasured);
    }

    List<Result> all() {
        return List.copyOf(results);
    }

    Map<Target, String> absentees() {
        return absent;
    }

    List<Scenario> scenarios() {
        return results.stream().map(Result::scenario).distinct().sorted().toList();
    }

    List<Target> targets() {
        return results.stream().map(Result::target).distinct().toList();
    }

    Stream<Result> of(Scenario scenario, Target target) {
        return results.stream()
                .filter(result ->
                        result.scenario() == scenario && result.target().equals(target));
    }

    /** The median over the rounds; NaN if there is none. */
    double median(Scenario scenario, Target target, String key) {
        return median(of(scenario, target)
                .map(result -> result.values().getOrDefault(key, Double.NaN))
                .filter(value -> !value.isNaN())
                .toList());
    }

    /** The worst over the rounds; NaN if there is none. */
    double worst(Scenario scenario, Target target, String key) {
        return of(scenario, target)
                .map(result -> result.values().getOrDefault(key, Double.NaN))
                .filter(value -> !value.isNaN())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(Double.NaN);
    }

    /** The first failure, if any round failed. */
    Optional<String> failure(Scenario scenario, Target target) {
        return of(scenario, target)
                .filter(result -> !result.isMeasured())
                .map(Result::failure)
                .findFirst();
    }

    /** The middle one, or the mean of the two in the middle; NaN if there is none. */
    public static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
