package dev.parley.app;

import dev.parley.api.Check;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Health;
import dev.parley.connection.ConnectionManager;
import dev.parley.handshake.AdmissionControl;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What health asks of which part. */
final class Checks {
    private static final Duration LAG_BOUND = Duration.ofSeconds(30);
    private static final Duration TIMER_BOUND = Duration.ofSeconds(10);

    private Checks() {}

    /** What must be right for this node to be worth keeping, and to be sent visitors. */
    static List<Check> of(
            ConnectionManager connections,
            AdmissionControl admission,
            Backplane backplane,
            Budget budget,
            Threads threads) {
        return List.of(
                threads(Check.Kind.LIVE, "threads", threads, Threads.Part.NODE),
                threads(Check.Kind.READY, "engine-threads", threads, Threads.Part.ENGINE),
                new Check(
                        Check.Kind.READY,
                        "memory",
                        () -> Check.Finding.of(
                                !budget.isExhausted(),
                                Map.of("heldBytes", budget.used(), "budgetBytes", budget.max()))),
                new Check(Check.Kind.LIVE, "timer", () -> {
                    Duration quiet = connections.sinceLastCheck();
                    return Check.Finding.of(
                            quiet.compareTo(TIMER_BOUND) < 0, Map.of("millisecondsSinceLastRun", quiet.toMillis()));
                }),
                new Check(
                        Check.Kind.READY,
                        "doors",
                        () -> Check.Finding.of(
                                admission.state() == AdmissionControl.State.OPEN,
                                Map.of("state", admission.state().name().toLowerCase(Locale.ROOT)))),
                new Check(Check.Kind.READY, "backplane", () -> {
                    Health health = backplane.health();
                    return Check.Finding.of(
                            health.isReachable() && health.lag().compareTo(LAG_BOUND) < 0,
                            Map.of(
                                    "engine",
                                    health.engine(),
                                    "lagMilliseconds",
                                    health.lag().toMillis()));
                }),
                new Check(
                        Check.Kind.READY,
                        "capacity",
                        () -> Check.Finding.of(
                                !connections.isFull(),
                                Map.of(
                                        "connections",
                                        connections.count(),
                                        "max",
                                        connections.limits().maxConnections()))),
                new Check(Check.Kind.STARTED, "application", () -> Check.Finding.of(true, Map.of())));
    }

    /** Names those that are stuck. Asking also starts anew those that have died. */
    private static Check threads(Check.Kind kind, String name, Threads threads, Threads.Part part) {
        return new Check(kind, name, () -> {
            List<String> stuck = threads.stuck(part);
            return Check.Finding.of(stuck.isEmpty(), Map.of("stuck", String.join(", ", stuck)));
        });
    }
}
