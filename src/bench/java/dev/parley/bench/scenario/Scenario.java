package dev.parley.bench.scenario;

import dev.parley.bench.server.Server;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** All scenarios. */
@SuppressWarnings("ImmutableEnumChecker") // all lists here are List.of and its like
public enum Scenario {
    FANOUT(
            "Fan-out",
            List.of(FanOutParts.SINGLE, FanOutParts.LOAD),
            List.of(Metric.MICROS, Metric.DELIVERIES, Metric.P50, Metric.P99)) {
        @Override
        public Run open(Server server, Scale scale) {
            return new FanOutRun(server, scale, scale.members());
        }
    },

    FIXED(
            "Fan-out at a fixed rate",
            List.of(FanOutParts.FIXED),
            List.of(Metric.P50, Metric.P99, Metric.P999, Metric.MICROS)) {
        @Override
        public Run open(Server server, Scale scale) {
            return new FanOutRun(server, scale, scale.members());
        }
    },

    ECHO("Echo", List.of("echo"), List.of(Metric.RATE, Metric.P50, Metric.P99, Metric.P999, Metric.MICROS)) {
        @Override
        public Run open(Server server, Scale scale) {
            return new EchoRun(server, scale);
        }
    },

    CONNECT("Handshakes", List.of("connect"), List.of(Metric.RATE, Metric.P50, Metric.P99, Metric.MICROS)) {
        @Override
        public Run open(Server server, Scale scale) {
            return new ConnectRun(server);
        }
    },

    IDLE(
            "Idle connections",
            List.of("idle"),
            List.of(Metric.HELD, Metric.RESIDENT, Metric.RESIDENT_UNCOLLECTED, Metric.HEAP, Metric.MICROS)) {
        @Override
        public Run open(Server server, Scale scale) {
            return new IdleRun(server, scale);
        }

        @Override
        public boolean isBesideFloor() {
            return false;
        }
    },

    SLOW("Some stop reading", List.of("slow"), List.of(Metric.KEPT, Metric.WORST, Metric.CLOSED, Metric.DELIVERIES)) {
        @Override
        public Run open(Server server, Scale scale) {
            return new SlowRun(server, scale);
        }

        @Override
        public boolean isBesideFloor() {
            return false;
        }
    },

    SWEEP("Fan-out by members", SweepRun.parts(), List.of(Metric.MICROS)) {
        @Override
        public Run open(Server server, Scale scale) {
            return new SweepRun(server, scale);
        }
    };

    private final String title;
    private final List<String> parts;
    private final List<Metric> metrics;

    Scenario(String title, List<String> parts, List<Metric> metrics) {
        this.title = title;
        this.parts = parts;
        this.metrics = metrics;
    }

    /** Connects what it needs to the server, which it then owns. */
    public abstract Run open(Server server, Scale scale);

    /** Whether the floor is measured before and after each part. */
    public boolean isBesideFloor() {
        return true;
    }

    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    public String title() {
        return title;
    }

    public List<String> parts() {
        return parts;
    }

    /** What its tables show of each part. */
    public List<Metric> metrics() {
        return metrics;
    }

    /**
     * The scenarios with these ids.
     *
     * @param ids separated by commas; {@code all} for every one
     */
    public static List<Scenario> named(String ids) {
        if (ids.equals("all")) {
            return List.of(values());
        }
        return Arrays.stream(ids.split(",", -1)).map(Scenario::of).collect(Collectors.toUnmodifiableList());
    }

    private static Scenario of(String id) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.id().equals(id.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no scenario " + id + "; there are " + Arrays.toString(values())));
    }
}
