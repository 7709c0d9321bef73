package dev.parley.bench.report;

import dev.parley.bench.scenario.FanOutParts;
import dev.parley.bench.scenario.Metric;
import dev.parley.bench.scenario.Scenario;
import dev.parley.bench.server.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The run in Markdown: first the table that goes into the README, then one table for each part of each scenario. */
public final class Report {
    /** One column of the first table. */
    private record Column(Scenario scenario, String part, Metric metric, String heading, boolean withRatio) {}

    private static final List<Column> SUMMARY = List.of(
            new Column(Scenario.FANOUT, FanOutParts.SINGLE, Metric.MICROS, "one at a time: µs (× floor)", true),
            new Column(Scenario.FANOUT, FanOutParts.LOAD, Metric.MICROS, "under load: µs (× floor)", true),
            new Column(Scenario.FIXED, FanOutParts.FIXED, Metric.P99, "p99 ms at a fixed rate", false),
            new Column(Scenario.ECHO, "echo", Metric.RATE, "echoes/s", false),
            new Column(Scenario.ECHO, "echo", Metric.P99, "echo p99 ms", false),
            new Column(Scenario.CONNECT, "connect", Metric.RATE, "handshakes/s", false),
            new Column(Scenario.IDLE, "idle", Metric.RESIDENT, "KB an idle connection", false),
            new Column(Scenario.SLOW, "slow", Metric.KEPT, "rate kept beside slow members", false));

    private static final List<Metric> FAULTS = List.of(Metric.LOST, Metric.REPEATED, Metric.REORDERED, Metric.STRANGE);
    private static final double BUSY = 0.95;

    private final Results results;

    public Report(Results results) {
        this.results = results;
    }

    /** The whole report; {@code conditions} are the lines that say how it was measured. */
    public String markdown(List<String> conditions) {
        StringBuilder text = new StringBuilder("# Benchmark\n\n");
        conditions.forEach(line -> text.append("- ").append(line).append('\n'));
        text.append(
                "\nMedians over the rounds. `× floor` is the median of the ratios to the C program measured just before and"
                        + " just after. µs are processor time of the server's process.\n\n");
        text.append(summary());
        for (Scenario scenario : results.scenarios()) {
            scenario.parts().forEach(part -> text.append(details(scenario, part)));
        }
        results.absentees()
                .forEach((target, reason) -> text.append("\n- ")
                        .append(target.title())
                        .append(": not run: ")
                        .append(reason));
        return text.append('\n').toString();
    }

    /** The table for the README. */
    public String summary() {
        List<Column> columns = SUMMARY.stream()
                .filter(column -> results.scenarios().contains(column.scenario()))
                .toList();
        Table table =
                new Table(Stream.concat(Stream.of("server"), columns.stream().map(Column::heading))
                        .toList());
        for (Target target : results.targets()) {
            Stream<String> cells = columns.stream().map(column -> cell(column, target));
            table.row(Stream.concat(Stream.of(target.title()), cells).toList());
        }
        return table.toString();
    }

    private String cell(Column column, Target target) {
        String key = Result.key(column.part(), column.metric());
        double value = results.median(column.scenario(), target, key);
        if (Double.isNaN(value)) {
            return results.failure(column.scenario(), target).isPresent() ? "failed" : "";
        }
        String shown = show(column.metric(), value);
        double ratio = results.median(column.scenario(), target, Result.ratioKey(column.part(), column.metric()));
        return column.withRatio() && !Double.isNaN(ratio) ? shown + " (" + format("%.2f", ratio) + ")" : shown;
    }

    private String details(Scenario scenario, String part) {
        StringBuilder text = new StringBuilder("\n## " + scenario.title() + ": " + part + "\n\n");
        List<String> headings = new ArrayList<>(List.of("server"));
        scenario.metrics().forEach(metric -> headings.add(metric.heading()));
        headings.addAll(List.of("× floor (min–max)", "remarks"));
        Table table = new Table(headings);
        for (Target target : results.targets()) {
            List<String> cells = new ArrayList<>(List.of(target.title()));
            for (Metric metric : scenario.metrics()) {
                cells.add(show(metric, results.median(scenario, target, Result.key(part, metric))));
            }
            cells.add(ratios(scenario, target, part));
            cells.add(remarks(scenario, target, part));
            table.row(cells);
        }
        return text.append(table).toString();
    }

    private String ratios(Scenario scenario, Target target, String part) {
        String key = Result.ratioKey(part, Metric.MICROS);
        List<Double> ratios = results.of(scenario, target)
                .map(result -> result.values().getOrDefault(key, Double.NaN))
                .filter(ratio -> !ratio.isNaN())
                .sorted()
                .toList();
        return ratios.isEmpty()
                ? ""
                : format("%.2f", Results.median(ratios)) + " (" + format("%.2f", ratios.get(0)) + "–"
                        + format("%.2f", ratios.get(ratios.size() - 1)) + ")";
    }

    private String remarks(Scenario scenario, Target target, String part) {
        List<String> remarks = new ArrayList<>();
        for (Metric fault : FAULTS) {
            double count = results.worst(scenario, target, Result.key(part, fault));
            if (count > 0) {
                remarks.add(fault.heading() + " " + show(fault, count));
            }
        }
        if (results.worst(scenario, target, Result.key(part, Metric.ORDERS)) > 1) {
            remarks.add("members see different orders");
        }
        if (results.median(scenario, target, Result.key(part, Metric.GENERATOR)) > BUSY) {
            remarks.add("generator busy");
        }
        results.failure(scenario, target).ifPresent(failure -> remarks.add("failed: " + failure));
        return String.join("; ", remarks);
    }

    private static String show(Metric metric, double value) {
        return Double.isNaN(value) ? "" : format(metric.format(), value);
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
