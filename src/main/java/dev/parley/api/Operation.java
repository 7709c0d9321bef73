package dev.parley.api;

import dev.parley.backplane.BackplaneException;
import dev.parley.node.Tracing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thing that the HTTP API can do: how it is asked for, by whom, and what happens. The servlet is led by a list of these, and
 * so is the OpenAPI document, so that neither can say something else. Immutable.
 *
 * @param id its name in the document
 * @param path below the API's own path, with variables in braces
 * @param permit what is needed for it
 * @param summary a sentence
 * @param query the parameters that it understands
 * @param body what is sent along, if anything
 * @param status of the answer when it went well
 * @param work does it, on the request's thread
 */
record Operation(
        String id,
        String method,
        String path,
        Permit permit,
        String summary,
        List<Parameter> query,
        Optional<Body> body,
        int status,
        Function<Ask, Reply> work) {

    /** Without parameters or a body. {@code call} is its method and its path. */
    Operation(String id, String call, Permit permit, String summary, int status, Function<Ask, Reply> work) {
        this(
                id,
                call.split(" ", -1)[0],
                call.split(" ", -1)[1],
                permit,
                summary,
                List.of(),
                Optional.empty(),
                status,
                work);
    }

    Operation with(List<Parameter> understood) {
        return new Operation(id, method, path, permit, summary, understood, body, status, work);
    }

    /** {@code schema} is the JSON Schema of what is sent along. */
    Operation with(String description, Map<String, Object> schema) {
        Body sent = new Body(description, schema);
        return new Operation(id, method, path, permit, summary, query, Optional.of(sent), status, work);
    }

    /** A query parameter. */
    record Parameter(String name, String type, String description) {}

    /**
     * What is sent along, as JSON.
     *
     * @param schema its JSON Schema
     */
    record Body(String description, Map<String, Object> schema) {}

    /**
     * A request.
     *
     * @param variables those of the path
     * @param query the query parameters, of which each is there once
     * @param body the text that came along
     * @param idempotencyKey the header of that name
     * @param origin what it is asked for, if that is traced
     */
    record Ask(
            Callers.Caller caller,
            Map<String, String> variables,
            Map<String, String> query,
            String body,
            Optional<String> idempotencyKey,
            Tracing.@Nullable Origin origin) {
        String variable(String name) {
            return variables.getOrDefault(name, "");
        }

        Optional<String> parameter(String name) {
            return Optional.ofNullable(query.get(name)).filter(value -> !value.isEmpty());
        }
    }

    /** What is answered. */
    sealed interface Reply {
        long PATIENCE_SECONDS = 5;

        /** It went well. */
        record Done(Object tree) implements Reply {}

        /** It did not, and the asker can change that. */
        record Refused(int status, String title, String detail) implements Reply {}

        /** A policy does not take what was sent. */
        record Rejected(String code, String sentence) implements Reply {}

        /** Waits for what is answered, on the request's thread. */
        static <T> Reply of(CompletionStage<T> stage, Function<T, Reply> then) {
            try {
                return then.apply(stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Refused(503, "Unavailable", "The node is stopping.");
            } catch (TimeoutException e) {
                return new Refused(
                        503, "Unavailable", "The backplane does not answer; with the same key it may be tried again.");
            } catch (ExecutionException e) {
                if (e.getCause() instanceof BackplaneException) {
                    return new Refused(
                            503, "Unavailable", "The backplane is away; with the same key it may be tried again.");
                }
                throw new IllegalStateException(e.getCause());
            }
        }

        /** The nodes have been told. */
        static Reply said() {
            return new Done(Map.of("said", true));
        }

        static Reply refused(int status, String detail) {
            return new Refused(status, status == 404 ? "Not found" : "Bad request", detail);
        }
    }

    /** Whether it stores something that the same key stores once. */
    boolean isPublication() {
        return status == 201;
    }

    boolean isWrite() {
        return !method.equals("GET");
    }

    /** Whether the body says what to do, to whom and for how long, and is not a payload, which no log may show. */
    boolean hasInstructions() {
        return body.isPresent() && !isPublication();
    }

    /** The variables of a path that is this operation's. */
    Optional<Map<String, String>> match(List<String> segments) {
        String[] template = path.substring(1).split("/");
        if (template.length != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < template.length; i++) {
            if (template[i].startsWith("{")) {
                variables.put(template[i].substring(1, template[i].length() - 1), segments.get(i));
            } else if (!template[i].equals(segments.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
