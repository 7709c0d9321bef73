package dev.parley.bench;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.report.Json;
import dev.parley.bench.report.Report;
import dev.parley.bench.report.Result;
import dev.parley.bench.report.Results;
import dev.parley.bench.scenario.Ceiling;
import dev.parley.bench.scenario.Metric;
import dev.parley.bench.scenario.Run;
import dev.parley.bench.scenario.Scale;
import dev.parley.bench.scenario.Scenario;
import dev.parley.bench.server.Launch;
import dev.parley.bench.server.Server;
import dev.parley.bench.server.Target;
import dev.parley.bench.server.Targets;
import dev.parley.bench.server.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All targets through all scenarios, round by round, so that what disturbs the machine disturbs all alike. Each measurement has
 * a fresh process, and the floor beside it.
 */
final class Tournament {
    private static final List<Metric> COMPARED = List.of(Metric.MICROS, Metric.P99, Metric.RATE);

    private final Options options;
    private final Scale scale;
    private final Results results = new Results();
    private final Map<Target, Launch> launches = new HashMap<>();
    private final List<String> conditions = new ArrayList<>();

    Tournament(Options options) {
        this.options = options;
        this.scale = options.mode().scale();
    }

    /** Measures and reports; false if nothing at all could be measured. */
    boolean run() throws IOException {
        prepare();
        Ceiling ceiling = Ceiling.measure();
        conditions.addAll(Conditions.of(options, ceiling));
        conditions.forEach(System.out::println);
        for (Scenario scenario : options.scenarios()) {
            for (int round = 1; round <= options.rounds(); round++) {
                List<Target> order = new ArrayList<>(options.targets());
                Collections.rotate(order, round - 1);
                order.retainAll(launches.keySet());
                for (Target target : order) {
                    measure(scenario, target, round);
                }
                write(); // what there is so far
            }
        }
        System.out.println();
        System.out.println(new Report(results).markdown(conditions));
        return results.hasAny();
    }

    private void prepare() {
        List<Target> wanted = new ArrayList<>(options.targets());
        Targets.named(Targets.FLOOR).stream()
                .filter(floor -> !wanted.contains(floor))
                .forEach(wanted::add);
        for (Target target : wanted) {
            try {
                launches.put(target, target.recipe().prepare(options.workshop()));
            } catch (Unavailable e) {
                results.absent(target, e.reason());
                System.out.println(target + " is not run: " + e.reason());
            }
        }
    }

    private void measure(Scenario scenario, Target target, int round) {
        String occasion = scenario.id() + "-" + round;
        Map<String, Double> values = new LinkedHashMap<>();
        String failure = "";
        try (Run run = open(scenario, target, occasion);
                Beside beside = besideOf(scenario, target, occasion)) {
            run.warmUp(scale.warmUp());
            for (String part : scenario.parts()) {
                measure(part, run, beside, values);
            }
        } catch (LoadException e) {
            failure = e.reason();
        }
        Result result = new Result(scenario, target, round, values, failure, Conditions.machineLoad());
        results.add(result);
        System.out.println(line(result));
    }

    private void measure(String part, Run run, Beside beside, Map<String, Double> values) {
        Map<String, Double> before = beside.measure(part);
        Map<String, Double> own = run.measure(part, scale.window());
        Map<String, Double> after = beside.measure(part);
        own.forEach((name, value) -> values.put(part + "." + name, value));
        for (Metric metric : COMPARED) {
            double floor = (value(before, metric) + value(after, metric)) / 2;
            double ratio = value(own, metric) / floor;
            if (!Double.isNaN(ratio)) {
                values.put(Result.ratioKey(part, metric), ratio);
            }
        }
    }

    private Run open(Scenario scenario, Target target, String occasion) {
        Launch launch = launches.get(target);
        if (launch == null) {
            throw new IllegalStateException(target + " has not been prepared");
        }
        return scenario.open(Server.start(target, launch, options.workshop(), occasion), scale);
    }

    private Beside besideOf(Scenario scenario, Target target, String occasion) {
        Target floor = Targets.named(Targets.FLOOR).get(0);
        if (!scenario.isBesideFloor() || !launches.containsKey(floor)) {
            return new Beside(List.of(), Duration.ZERO);
        }
        Run run = open(scenario, floor, occasion + "-beside-" + target);
        return new Beside(List.of(run), scale.floorWindow());
    }

    /** The floor, if it is there. */
    private record Beside(List<Run> floors, Duration window) implements AutoCloseable {
        Map<String, Double> measure(String part) {
            return floors.isEmpty() ? Map.of() : floors.get(0).measure(part, window);
        }

        @Override
        public void close() {
            floors.forEach(Run::close);
        }
    }

    private void write() throws IOException {
        Path output = Files.createDirectories(options.workshop().output());
        Files.writeString(output.resolve("results.json"), Json.of(results, conditions));
        Files.writeString(output.resolve("report.md"), new Report(results).markdown(conditions));
    }

    private static double value(Map<String, Double> values, Metric metric) {
        return values.getOrDefault(metric.key(), Double.NaN);
    }

    private static String line(Result result) {
        StringBuilder line = new StringBuilder(
                String.format(Locale.ROOT, "%-8s %d  %-16s", result.scenario().id(), result.round(), result.target()));
        for (String part : result.scenario().parts()) {
            for (Metric metric : result.scenario().metrics()) {
                Double value = result.values().get(Result.key(part, metric));
                if (value != null && !value.isNaN()) {
                    line.append(' ')
                            .append(part)
                            .append(' ')
                            .append(metric.heading())
                            .append(' ');
                    line.append(String.format(Locale.ROOT, metric.format(), value));
                }
            }
            Double ratio = result.values().get(Result.ratioKey(part, Metric.MICROS));
            line.append(ratio == null ? "" : String.format(Locale.ROOT, " (× %.2f)", ratio));
        }
        return line + (result.isMeasured() ? "" : " failed: " + result.failure());
    }
}
