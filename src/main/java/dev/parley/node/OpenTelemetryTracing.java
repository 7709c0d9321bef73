package dev.parley.node;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Spans by OpenTelemetry's API alone, for whichever agent or SDK is registered with it. Only to be loaded where there is the API. Its
 * global instance is never asked for before somebody has set one, because asking sets one that records nothing, for good.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">Semantic conventions for messaging spans</a>
 */
final class OpenTelemetryTracing extends Tracing {
    private static final Logger LOG = System.getLogger(Tracing.class.getName());
    private static final LogLimit COMPLAINTS = new LogLimit(System::nanoTime);
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final int MAX_CONTEXT = 55 + 1 + 512; // how much of a tracestate the W3C wants passed on at least

    private volatile @Nullable Tracer tracer;

    /** Fails to be linked with an API that is too old. */
    OpenTelemetryTracing() {
        Tracer unused = tracer();
    }

    private @Nullable Tracer tracer() {
        Tracer known = tracer;
        if (known == null && GlobalOpenTelemetry.isSet()) {
            known = GlobalOpenTelemetry.get().getTracer("dev.parley");
            tracer = known;
        }
        return known;
    }

    /** Whatever an SDK throws, or what somebody has put into it, the message goes on. */
    private static <T> @Nullable T guarded(Supplier<@Nullable T> work) {
        try {
            return work.get();
        } catch (Throwable theirs) {
            if (COMPLAINTS.allows()) {
                LOG.log(Level.WARNING, "a span is missing, because OpenTelemetry failed", theirs);
            }
            return null;
        }
    }

    @Override
    public @Nullable Origin origin(UnaryOperator<@Nullable String> headers) {
        return guarded(() -> {
            Tracer known = tracer();
            SpanContext current = Span.current().getSpanContext();
            return known == null ? null : new Known(known, current.isValid() ? current : in(headers), false);
        });
    }

    /** A span, and no more of its context, which may hold a request. */
    private record Known(Tracer tracer, SpanContext span, boolean isLink) implements Origin {
        @Override
        public @Nullable Origin linked() {
            return span.isSampled() ? new Known(tracer, span, true) : null;
        }

        @Override
        public @Nullable Publishing publish(@Nullable String room, int messages) {
            return guarded(() -> {
                SpanBuilder builder = begun(tracer, "publish", "send", room).setSpanKind(SpanKind.PRODUCER);
                if (isLink) {
                    builder.setNoParent().addLink(span);
                } else {
                    builder.setParent(Context.root().with(Span.wrap(span)));
                }
                if (room == null) {
                    builder.setAttribute("messaging.batch.message_count", messages);
                }
                Span begun = builder.startSpan();
                return new Published(begun, begun.getSpanContext().isSampled() ? text(begun) : "");
            });
        }
    }

    private record Published(Span span, String context) implements Publishing {
        @Override
        public void ended(@Nullable String message, @Nullable Throwable failure) {
            Span unused = guarded(() -> {
                if (message != null) {
                    span.setAttribute("messaging.message.id", message);
                }
                if (failure != null) {
                    Throwable wrapped = failure instanceof CompletionException ? failure.getCause() : null;
                    span.setStatus(StatusCode.ERROR)
                            .setAttribute(
                                    "error.type",
                                    Objects.requireNonNullElse(wrapped, failure)
                                            .getClass()
                                            .getName());
                }
                span.end();
                return span;
            });
        }
    }

    /** A child of what has published it, and linked to it, as is usual where a message comes alone. */
    @Override
    public void delivered(String room, String message, String context, int members, long toldNanos) {
        Span unused = guarded(() -> {
            Tracer known = tracer();
            String[] parts = context.split(" ", 2);
            SpanContext published =
                    in(key -> key.equals("traceparent") ? parts[0] : parts.length > 1 ? parts[1] : null);
            if (known == null || !published.isSampled()) {
                return null;
            }
            Span span = begun(known, "deliver", "process", room)
                    .setSpanKind(SpanKind.CONSUMER)
                    .setParent(Context.root().with(Span.wrap(published)))
                    .addLink(published)
                    .setAttribute("messaging.message.id", message)
                    .setAttribute("messaging.parley.members", members)
                    .setStartTimestamp(Instant.now().minusNanos(System.nanoTime() - toldNanos))
                    .startSpan();
            span.end();
            return span;
        });
    }

    /** Rooms are too many to be in a span's name. An inbox is named after its user, whom telemetry need not know. */
    private static SpanBuilder begun(Tracer tracer, String operation, String type, @Nullable String room) {
        SpanBuilder builder = tracer.spanBuilder(operation)
                .setAttribute("messaging.system", "parley")
                .setAttribute("messaging.operation.name", operation)
                .setAttribute("messaging.operation.type", type);
        if (room == null) {
            return builder;
        }
        return room.startsWith("~")
                ? builder.setAttribute("messaging.destination.template", "~{user}")
                : builder.setAttribute("messaging.destination.name", room);
    }

    /** As W3C Trace Context writes it: traceparent, and behind a space tracestate, unless there is none or it is too long. */
    private static String text(Span span) {
        StringBuilder text = new StringBuilder();
        W3C.inject(Context.root().with(span), text, (carrier, key, value) -> {
            if (text.isEmpty() || text.length() + 1 + value.length() <= MAX_CONTEXT) {
                text.append(text.isEmpty() ? "" : " ").append(value);
            }
        });
        return text.toString();
    }

    private static SpanContext in(UnaryOperator<@Nullable String> headers) {
        Context context = W3C.extract(Context.root(), headers, (carrier, key) -> headers.apply(key));
        return Span.fromContext(context).getSpanContext();
    }
}
