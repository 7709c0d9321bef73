package dev.parley.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * All meters of a node, each with its name and a sentence. Set up by one thread, then asked by any; asking calls the suppliers,
 * which must not block.
 *
 * <p>The names are Prometheus' way, with the unit at the end; {@code _total} is added to what only grows.
 */
public final class Meters {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

    private final Map<String, Meter> meters = new LinkedHashMap<>();

    /** What is told under a name. */
    record Meter(Kind kind, String name, String help, List<String> labels, Supplier<Map<List<String>, ?>> values) {}

    /** How what is told behaves. */
    enum Kind {
        INFO,
        GAUGE,
        COUNTER,
        HISTOGRAM
    }

    /** Constant facts, as labels of a meter that is always 1. */
    public void info(String name, String help, Map<String, String> facts) {
        add(new Meter(
                Kind.INFO, name, help, List.copyOf(facts.keySet()), () -> Map.of(List.copyOf(facts.values()), 1)));
    }

    /** What goes up and down. */
    public void gauge(String name, String help, Supplier<? extends Number> value) {
        add(new Meter(Kind.GAUGE, name, help, List.of(), () -> Map.of(List.of(), value.get())));
    }

    /** What goes up and down, one value for each of a bounded number of a label's values. */
    public void gauge(String name, String help, String label, Supplier<Map<String, Number>> values) {
        add(new Meter(Kind.GAUGE, name, help, List.of(label), () -> {
            Map<List<String>, Number> byLabel = new LinkedHashMap<>();
            values.get().forEach((key, value) -> byLabel.put(List.of(key), value));
            return byLabel;
        }));
    }

    /** What only grows. */
    public void counter(String name, String help, Supplier<Long> value) {
        add(new Meter(Kind.COUNTER, name, help, List.of(), () -> Map.of(List.of(), value.get())));
    }

    /** What only grows, one value for each of a bounded number of combinations of the labels' values. */
    public void counter(String name, String help, List<String> labels, Supplier<Map<List<String>, Long>> values) {
        add(new Meter(Kind.COUNTER, name, help, List.copyOf(labels), values::get));
    }

    /** How long something took; its name ends in {@code _seconds}. */
    public void histogram(String name, String help, Histogram histogram) {
        add(new Meter(Kind.HISTOGRAM, name, help, List.of(), () -> Map.of(List.of(), histogram.counts())));
    }

    private void add(Meter meter) {
        List<String> names = new ArrayList<>(meter.labels());
        names.add(meter.name());
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("not a name for a meter: " + name);
            }
        }
        if (meter.help().matches("(?s).*[\\\\\n\"].*")) {
            throw new IllegalArgumentException("the sentence would have to be escaped: " + meter.name());
        }
        if (meters.putIfAbsent(meter.name(), meter) != null) {
            throw new IllegalArgumentException("there are two meters of the name " + meter.name());
        }
    }

    /** All of them as text. */
    public String text(Exposition format) {
        return format.text(meters.values());
    }

    /** The names with their sentences, in the order in which they were set up. */
    Map<String, String> sentences() {
        Map<String, String> sentences = new LinkedHashMap<>();
        meters.forEach((name, meter) -> sentences.put(name, meter.help()));
        return sentences;
    }

    /** What a meter says now: a number, or text for one that is more than that. */
    Object value(String name) {
        Meter meter = meters.get(name);
        if (meter == null) {
            throw new IllegalArgumentException("no such meter");
        }
        Map<List<String>, ?> values = meter.values().get();
        Object only = values.get(List.of());
        if (only instanceof Histogram.Counts counts) {
            return "count=" + counts.total() + ", p50=" + counts.quantile(0.5) + ", p99=" + counts.quantile(0.99);
        }
        return only != null ? only : values.toString();
    }
}
