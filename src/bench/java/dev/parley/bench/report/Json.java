package dev.parley.bench.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The run in JSON: every single measurement, for whoever wants to calculate otherwise. */
public final class Json {
    private Json() {}

    /** All results; {@code conditions} are the lines that say how they were measured. */
    public static String of(Results results, List<String> conditions) {
        return "{\"conditions\":[" + conditions.stream().map(Json::text).collect(Collectors.joining(","))
                + "],\n\"results\":[\n"
                + results.all().stream().map(Json::result).collect(Collectors.joining(",\n")) + "]}\n";
    }

    private static String result(Result result) {
        return "{\"scenario\":" + text(result.scenario().id()) + ",\"target\":"
                + text(result.target().id()) + ",\"round\":" + result.round() + ",\"machineLoad\":"
                + number(result.machineLoad()) + ",\"failure\":" + text(result.failure()) + ",\"values\":{"
                + result.values().entrySet().stream().map(Json::value).collect(Collectors.joining(",")) + "}}";
    }

    private static String value(Map.Entry<String, Double> value) {
        return text(value.getKey()) + ":" + number(value.getValue());
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "null";
    }

    private static String text(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
