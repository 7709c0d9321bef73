package dev.parley.bench;

import dev.parley.bench.scenario.Ceiling;
import dev.parley.bench.scenario.Scale;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** How it was measured, in sentences. */
final class Conditions {
    private Conditions() {}

    static List<String> of(Options options, Ceiling ceiling) {
        Scale scale = options.mode().scale();
        return List.of(
                "Measured at " + Instant.now().truncatedTo(ChronoUnit.MINUTES) + ", "
                        + options.mode().name().toLowerCase(Locale.ROOT) + ", " + options.rounds()
                        + (options.rounds() == 1 ? " round" : " rounds") + "; " + scale.members() + " members, "
                        + scale.textBytes() + " bytes a message, " + scale.idleConnections() + " idle connections, "
                        + scale.publishesPerSecond() + " messages a second at the fixed rate.",
                "Machine: " + Runtime.getRuntime().availableProcessors() + " cores, Linux "
                        + System.getProperty("os.version") + ", Java " + Runtime.version() + "; load average "
                        + String.format(Locale.ROOT, "%.1f", machineLoad()) + " at the start.",
                String.format(
                        Locale.ROOT,
                        "The load generator's own ceiling, on one core: %,.0f deliveries a second when each read brings"
                                + " one, %,.0f when it brings many.",
                        ceiling.single(),
                        ceiling.coalesced()));
    }

    static double machineLoad() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
