package dev.parley.bench.scenario;

/** A measured value: its name in the JSON, its heading in the tables, and how it is shown. */
public enum Metric {
    /** Server processor time a delivery, an echo or a handshake. The one whose ratio to the floor counts. */
    MICROS("micros", "µs", "%.1f"),
    DELIVERIES("deliveries", "deliveries/s", "%,.0f"),
    RATE("rate", "a second", "%,.0f"),
    P50("p50", "p50 ms", "%.2f"),
    P99("p99", "p99 ms", "%.2f"),
    P999("p999", "p99.9 ms", "%.2f"),
    RESIDENT("resident", "KB resident", "%.1f"),
    RESIDENT_UNCOLLECTED("uncollected", "KB before a collection", "%.1f"),
    HEAP("heap", "KB live heap", "%.1f"),
    HELD("held", "held", "%,.0f"),
    KEPT("kept", "rate kept by the others", "%.2f"),
    WORST("worst", "in their worst second", "%.2f"),
    CLOSED("closed", "slow ones closed", "%.0f"),

    /** How much of one core the load generator used: near 1, it is the generator that was measured. */
    GENERATOR("generator", "generator", "%.2f"),
    LOST("lost", "lost", "%.0f"),
    REPEATED("repeated", "repeated", "%.0f"),
    REORDERED("reordered", "reordered", "%.0f"),
    STRANGE("strange", "strange", "%.0f"),

    /** How many different orders of the same messages the members have seen. */
    ORDERS("orders", "orders", "%.0f");

    private final String key;
    private final String heading;
    private final String format;

    Metric(String key, String heading, String format) {
        this.key = key;
        this.heading = heading;
        this.format = format;
    }

    public String key() {
        return key;
    }

    public String heading() {
        return heading;
    }

    public String format() {
        return format;
    }
}
