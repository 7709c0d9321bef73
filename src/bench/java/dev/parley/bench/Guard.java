package dev.parley.bench;

import dev.parley.bench.load.LoadException;
import dev.parley.bench.report.Results;
import dev.parley.bench.scenario.FanOutParts;
import dev.parley.bench.scenario.Metric;
import dev.parley.bench.scenario.Run;
import dev.parley.bench.scenario.Scenario;
import dev.parley.bench.server.Server;
import dev.parley.bench.server.Target;
import dev.parley.bench.server.Targets;
import dev.parley.bench.server.Unavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Notices that Parley has become slower: its processor time a delivery must stay below a share of what the naive chat takes on
 * the same server, measured in turns in the same minute, on each server that is asked for. Never a time, because the machine's speed
 * is not ours.
 *
 * <p>The shares are the system properties {@code bench.guard.single} and {@code bench.guard.load}.
 */
final class Guard {
    private static final String SINGLE_SHARE = "1.0";
    private static final String LOAD_SHARE = "0.25";
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final List<Metric> FAULTS = List.of(Metric.LOST, Metric.REPEATED, Metric.REORDERED, Metric.STRANGE);

    private final Options options;
    private final List<String> faults = new ArrayList<>();

    Guard(Options options) {
        this.options = options;
    }

    /** Whether Parley is as fast as it should be on all servers, and delivers all of it. */
    boolean run() {
        boolean isGood = true;
        for (Target target : options.targets()) {
            isGood &= isFast(target);
        }
        faults.forEach(System.out::println);
        return isGood && faults.isEmpty();
    }

    private boolean isFast(Target target) {
        String id = target.id();
        try (Run naive = open(Targets.naiveBeside(target));
                Run parley = open(target)) {
            naive.warmUp(WARM_UP);
            parley.warmUp(WARM_UP);
            boolean single = isWithin(id, FanOutParts.SINGLE, naive, parley, share("bench.guard.single", SINGLE_SHARE));
            boolean load = isWithin(id, FanOutParts.LOAD, naive, parley, share("bench.guard.load", LOAD_SHARE));
            return single && load;
        } catch (LoadException | Unavailable e) {
            System.out.println("guard: " + id + ": could not be measured: " + e.getMessage());
            return false;
        }
    }

    private boolean isWithin(String id, String part, Run naive, Run parley, double share) {
        List<Double> ratios = new ArrayList<>();
        double before = micros(naive.measure(part, WINDOW));
        for (int round = 0; round < options.rounds(); round++) {
            Map<String, Double> own = parley.measure(part, WINDOW);
            double after = micros(naive.measure(part, WINDOW));
            ratios.add(micros(own) / ((before + after) / 2));
            before = after;
            note(id + ": " + part, own);
        }
        double median = Results.median(ratios);
        boolean within = median <= share;
        System.out.printf(
                Locale.ROOT,
                "guard: %s: %s: a delivery takes %.2f of the naive chat's processor time, allowed are %.2f: %s  %s%n",
                id,
                part,
                median,
                share,
                within ? "good" : "TOO SLOW",
                ratios.stream()
                        .map(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                        .toList());
        return within;
    }

    private void note(String part, Map<String, Double> values) {
        for (Metric fault : FAULTS) {
            double count = values.getOrDefault(fault.key(), 0.0);
            if (count > 0) {
                faults.add("guard: " + part + ": " + fault.heading() + " " + (long) count);
            }
        }
        if (values.getOrDefault(Metric.ORDERS.key(), 1.0) > 1) {
            faults.add("guard: " + part + ": members have seen different orders");
        }
    }

    private Run open(Target target) throws Unavailable {
        Server server = Server.start(target, target.recipe().prepare(options.workshop()), options.workshop(), "guard");
        return Scenario.FANOUT.open(server, options.mode().scale());
    }

    private static double micros(Map<String, Double> values) {
        return values.getOrDefault(Metric.MICROS.key(), Double.NaN);
    }

    private static double share(String property, String otherwise) {
        return Double.parseDouble(Options.property(property, otherwise));
    }
}
