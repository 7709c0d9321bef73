package dev.parley.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The OpenAPI document, made from the operations.
 *
 * @see <a href="https://spec.openapis.org/oas/v3.1.1.html">OpenAPI 3.1</a>
 */
final class OpenApi {
    private static final Map<Integer, String> PROBLEMS = Map.of(
            400, "Something in the request is wrong.",
            401, "Nobody has said who they are.",
            403, "Role or scope does not suffice, or the request may be forged.",
            404, "There is no such connection, message or node, or there are no inboxes.",
            413, "The body is too big.",
            415, "The body is not JSON.",
            422, "A policy does not take it; code and detail are the policy's.",
            429, "This address has failed to log in too often.",
            503, "The backplane does not answer. What was asked for may have been done all the same.");

    private OpenApi() {}

    static Map<String, Object> document(List<Operation> operations, String version) {
        Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
        for (Operation operation : operations) {
            paths.computeIfAbsent(operation.path(), path -> new LinkedHashMap<>())
                    .put(operation.method().toLowerCase(Locale.ROOT), described(operation));
        }
        addEvents(paths);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put(
                "info",
                Map.of(
                        "title",
                        "Parley",
                        "version",
                        version,
                        "description",
                        "Rooms, users, connections and nodes. Errors are problem details (RFC 9457). What names a user means the one of a login or a"
                                + " token, of any name, percent-encoded in UTF-8: each has an inbox, which reaches all connections"
                                + " of that user to the rooms on all nodes, and which no call about rooms reaches.",
                        "license",
                        Map.of("name", "Apache-2.0", "identifier", "Apache-2.0")));
        document.put("servers", List.of(Map.of("url", ".")));
        document.put("paths", paths);
        document.put(
                "components",
                Map.of(
                        "securitySchemes",
                        Map.of(
                                "operator", Map.of("type", "http", "scheme", "basic"),
                                "token", Map.of("type", "http", "scheme", "bearer", "bearerFormat", "JWT")),
                        "schemas",
                        Schemas.all()));
        return document;
    }

    /** The paths of {@link EventsServlet}, which are two steps below the prefix. */
    private static void addEvents(Map<String, Map<String, Object>> paths) {
        List<Map<String, Object>> query = List.of(
                parameter("presence", "query", "boolean", "Whether to be told who is there."),
                parameter("ticket", "query", "string", "In place of a token, from POST tickets."),
                parameter("last-event-id", "query", "string", "In place of the header."),
                parameter("Last-Event-ID", "header", "string", "The id of the last event that the client had."));
        Map<String, Object> room = parameter("room", "path", "string", "");
        List<Map<String, Object>> one = new ArrayList<>(query);
        one.add(room);
        List<Map<String, Object>> several = new ArrayList<>(query);
        several.add(Map.of(
                "name", "room", "in", "query", "schema", Map.of("type", "array", "items", Map.of("type", "string"))));
        Map<String, Object> stream = Map.of(
                "200", Map.of("description", "Events without end.", "content", Map.of("text/event-stream", Map.of())),
                "400", Map.of("description", "No room's name, or no id of ours."),
                "401", Map.of("description", "Nobody has said who they are."),
                "403", Map.of("description", "Not this credential, this origin, or this room."),
                "429", Map.of("description", "Too many from one address."),
                "503", Map.of("description", "Not now."));
        Map<String, Object> frame = Map.of("application/json", Map.of("schema", Map.of("type", "object")));
        String answer = "The frame that a socket would be sent; other statuses have an error frame or problem details.";
        Map<String, Object> says = event(
                "say",
                "Says something in a room, or asks for its past, as a client of it: a send or history frame of parley.v1.",
                List.of(room),
                Map.of("200", Map.of("description", answer, "content", frame)));
        says.put("requestBody", Map.of("required", true, "description", "the frame", "content", frame));
        Map<String, Object> ofOne = event("events", "What is said in a room, as a stream.", one, stream);
        paths.put("/rooms/{room}/events", Map.of("get", ofOne, "post", says));
        String summary = "What is said in several rooms, as one stream.";
        paths.put("/rooms/events", Map.of("get", event("eventsOfRooms", summary, several, stream)));
    }

    private static Map<String, Object> event(
            String id, String summary, List<Map<String, Object>> parameters, Map<String, Object> responses) {
        return new LinkedHashMap<>(Map.of(
                "operationId", id,
                "servers", List.of(Map.of("url", "../..")),
                "summary", summary,
                "security", List.of(Map.of("token", List.of()), Map.of()),
                "parameters", parameters,
                "responses", responses));
    }

    private static Map<String, Object> described(Operation operation) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("operationId", operation.id());
        described.put("summary", operation.summary());
        described.put(
                "security",
                List.of(
                        Map.of("operator", List.of(operation.permit().role().realmName())),
                        Map.of("token", List.of(operation.permit().scope()))));
        List<Map<String, Object>> parameters = new ArrayList<>();
        for (String segment : operation.path().substring(1).split("/")) {
            if (segment.startsWith("{")) {
                parameters.add(parameter(segment.substring(1, segment.length() - 1), "path", "string", ""));
            }
        }
        operation
                .query()
                .forEach(query -> parameters.add(parameter(query.name(), "query", query.type(), query.description())));
        if (operation.isPublication()) {
            parameters.add(parameter("Idempotency-Key", "header", "string", "Makes a repetition harmless."));
        }
        if (!parameters.isEmpty()) {
            described.put("parameters", parameters);
        }
        operation
                .body()
                .ifPresent(body -> described.put(
                        "requestBody",
                        Map.of(
                                "required", true,
                                "description", body.description(),
                                "content", Map.of("application/json", Map.of("schema", body.schema())))));
        described.put("responses", responses(operation));
        return described;
    }

    private static Map<String, Object> responses(Operation operation) {
        Map<String, Object> responses = new LinkedHashMap<>();
        responses.put(
                Integer.toString(operation.status()),
                operation.status() == 204
                        ? Map.of("description", "Done.")
                        : Map.of(
                                "description",
                                "Done.",
                                "content",
                                Map.of("application/json", Map.of("schema", Schemas.answer(operation)))));
        PROBLEMS.keySet().stream()
                .filter(status -> isPossible(status, operation))
                .sorted()
                .forEach(status -> responses.put(
                        Integer.toString(status),
                        Map.of(
                                "description",
                                PROBLEMS.getOrDefault(status, ""),
                                "content",
                                Map.of("application/problem+json", Map.of("schema", Schemas.of("Problem"))))));
        return responses;
    }

    private static boolean isPossible(int status, Operation operation) {
        return switch (status) {
            case 404 ->
                operation.id().equals("connection")
                        || operation.id().equals("tell")
                        || operation.id().equals("erase")
                        || operation.path().contains("{node}");
            case 413, 415 -> operation.body().isPresent();
            case 422 -> operation.id().startsWith("publish");
            case 503 -> operation.path().contains("{room}") || operation.isPublication();
            default -> true;
        };
    }

    private static Map<String, Object> parameter(String name, String in, String type, String description) {
        Map<String, Object> parameter = new LinkedHashMap<>();
        parameter.put("name", name);
        parameter.put("in", in);
        if (in.equals("path")) {
            parameter.put("required", true);
        }
        if (!description.isEmpty()) {
            parameter.put("description", description);
        }
        parameter.put("schema", Map.of("type", type));
        return parameter;
    }
}
