package dev.parley.node;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** An SDK that is registered once for all tests, and records what is asked for between its opening and its closing. */
public final class Traces implements AutoCloseable {
    public static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    public static final String PARENT = "b7ad6b7169203331";
    /** Of somebody who records. */
    public static final String HEADER = "00-" + TRACE + '-' + PARENT + "-01";

    private static final InMemorySpanExporter SPANS = InMemorySpanExporter.create();

    private enum Mode {
        OFF,
        ON,
        BROKEN
    }

    private static volatile Mode mode = Mode.OFF;

    static {
        GlobalOpenTelemetry.set(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(new Switch())
                        .addSpanProcessor(SimpleSpanProcessor.create(SPANS))
                        .build())
                .build());
    }

    /** As usual: what has a parent is recorded if that is, and what has none is. */
    private static final class Switch implements Sampler {
        @Override
        public SamplingResult shouldSample(
                Context context,
                String trace,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            SpanContext parent = Span.fromContext(context).getSpanContext();
            if (mode == Mode.BROKEN) {
                throw new IllegalStateException("a sampler of somebody's");
            }
            boolean isRecorded = mode == Mode.ON && (!parent.isValid() || parent.isSampled());
            return isRecorded ? SamplingResult.recordAndSample() : SamplingResult.drop();
        }

        @Override
        public String getDescription() {
            return "a switch";
        }
    }

    private Traces() {}

    public static Traces begin() {
        SPANS.reset();
        mode = Mode.ON;
        return new Traces();
    }

    /** From now on it throws at whoever begins a span. */
    public void fail() {
        mode = Mode.BROKEN;
    }

    /** Spans of that name, as soon as there are so many. */
    public List<SpanData> await(String name, int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> named(name).size() >= count);
        return named(name);
    }

    public SpanData one(String name) {
        return await(name, 1).get(0);
    }

    public List<SpanData> named(String name) {
        return SPANS.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    /** How many are recorded. */
    public int count() {
        return SPANS.getFinishedSpanItems().size();
    }

    public static Map<String, Object> attributes(SpanData span) {
        Map<String, Object> attributes = new HashMap<>();
        span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
        return attributes;
    }

    public static Object attribute(SpanData span, String key) {
        return attributes(span).get(key);
    }

    /** The ids of the spans that it has links to. */
    public static List<String> links(SpanData span) {
        return span.getLinks().stream()
                .map(link -> link.getSpanContext().getTraceId()
                        + '-'
                        + link.getSpanContext().getSpanId())
                .toList();
    }

    @Override
    public void close() {
        mode = Mode.OFF;
        SPANS.reset();
    }
}
