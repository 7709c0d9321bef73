package dev.parley.bench;

import dev.parley.bench.scenario.Scenario;
import dev.parley.bench.server.Target;
import dev.parley.bench.server.Targets;
import dev.parley.bench.server.Workshop;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What to do, from the system properties {@code bench.*}; an empty one counts as absent.
 *
 * @param mode {@code bench.mode}: quick, full, guard or micro
 * @param scenarios {@code bench.scenarios}: names separated by commas, or all
 * @param targets {@code bench.targets}: names separated by commas, or all
 * @param rounds {@code bench.rounds}: how often each is measured
 * @param minutes {@code bench.minutes}: after which the benchmark is ended
 * @param workshop {@code bench.project}: the project's directory, the working directory if absent
 */
record Options(Mode mode, List<Scenario> scenarios, List<Target> targets, int rounds, int minutes, Workshop workshop) {
    static Options ofSystemProperties() {
        Mode mode = Mode.valueOf(property("bench.mode", "quick").toUpperCase(Locale.ROOT));
        Path project = Path.of(property("bench.project", "")).toAbsolutePath();
        boolean hasScenarios = !mode.scenarios().isEmpty();
        return new Options(
                mode,
                hasScenarios ? Scenario.named(property("bench.scenarios", mode.scenarios())) : List.of(),
                hasScenarios ? Targets.named(property("bench.targets", mode.targets())) : List.of(),
                Integer.parseInt(property("bench.rounds", Integer.toString(mode.rounds()))),
                Integer.parseInt(property("bench.minutes", Integer.toString(mode.minutes()))),
                new Workshop(project, project.resolve("target/bench")));
    }

    static String property(String name, String otherwise) {
        String value = System.getProperty(name, "").strip();
        return value.isEmpty() ? otherwise : value;
    }
}
