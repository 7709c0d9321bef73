package dev.parley.metrics;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The two text formats in which monitoring systems read meters. They are small and do not change, which is why they are written
 * here and not by a library.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus: Exposition formats</a>
 * @see <a href="https://prometheus.io/docs/specs/om/open_metrics_spec/">OpenMetrics 1.0</a>
 */
public enum Exposition {
    PROMETHEUS("text/plain; version=0.0.4; charset=utf-8"),
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private final String mediaType;

    Exposition(String mediaType) {
        this.mediaType = mediaType;
    }

    public String mediaType() {
        return mediaType;
    }

    /** The one that suits an {@code Accept} header; whoever says nothing gets the older one. */
    public static Exposition accepted(String accept) {
        return accept.contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS;
    }

    String text(Collection<Meters.Meter> meters) {
        StringBuilder out = new StringBuilder(8192);
        for (Meters.Meter meter : meters) {
            family(meter, out);
        }
        if (this == OPEN_METRICS) {
            out.append("# EOF\n");
        }
        return out.toString();
    }

    private void family(Meters.Meter meter, StringBuilder out) {
        String samples = sampleName(meter);
        String family = this == OPEN_METRICS ? meter.name() : samples;
        out.append("# HELP ").append(family).append(' ').append(meter.help());
        out.append("\n# TYPE ")
                .append(family)
                .append(' ')
                .append(type(meter.kind()))
                .append('\n');
        meter.values().get().forEach((labels, value) -> {
            if (value instanceof Histogram.Counts counts) {
                histogram(meter.name(), counts, out);
            } else {
                out.append(samples);
                labels(meter.labels(), labels, out);
                out.append(' ').append(value).append('\n');
            }
        });
    }

    private static String sampleName(Meters.Meter meter) {
        return switch (meter.kind()) {
            case COUNTER -> meter.name() + "_total";
            case INFO -> meter.name() + "_info";
            case GAUGE, HISTOGRAM -> meter.name();
        };
    }

    private String type(Meters.Kind kind) {
        return kind == Meters.Kind.INFO && this == PROMETHEUS
                ? "gauge"
                : kind.name().toLowerCase(Locale.ROOT);
    }

    private static void labels(List<String> names, List<String> values, StringBuilder out) {
        for (int i = 0; i < names.size(); i++) {
            out.append(i == 0 ? '{' : ',').append(names.get(i)).append("=\"");
            out.append(escaped(values.get(i))).append('"');
        }
        if (!names.isEmpty()) {
            out.append('}');
        }
    }

    private static void histogram(String name, Histogram.Counts counts, StringBuilder out) {
        double[] bounds = Histogram.Counts.boundsSeconds();
        long[] each = counts.perBucket();
        long upTo = 0;
        for (int i = 0; i < bounds.length; i++) {
            upTo += each[i];
            String bound = Double.isInfinite(bounds[i]) ? "+Inf" : Double.toString(bounds[i]);
            out.append(name)
                    .append("_bucket{le=\"")
                    .append(bound)
                    .append("\"} ")
                    .append(upTo)
                    .append('\n');
        }
        out.append(name).append("_sum ").append(counts.sumSeconds()).append('\n');
        out.append(name).append("_count ").append(upTo).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    }
}
