package dev.parley.api;

import dev.parley.handshake.CookieParam;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HeaderParam;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.Route;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import dev.parley.protocol.Outbound;
import java.lang.annotation.Annotation;
import java.lang.reflect.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The AsyncAPI document: one channel for each endpoint that this deployment has, made from what the endpoints declare and from
 * real messages.
 *
 * @see <a href="https://www.asyncapi.com/docs/reference/specification/v3.0.0">AsyncAPI 3.0</a>
 */
public final class AsyncApi {
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");
    private static final String ROOMS = "parley.v1";

    private AsyncApi() {}

    /**
     * Makes it.
     *
     * @param routes to the endpoints
     * @param contextPath of this deployment
     * @param maxMessageBytes what is taken at most
     */
    public static Map<String, Object> document(
            List<Route> routes, String contextPath, int maxMessageBytes, String version) {
        Map<String, Object> channels = new LinkedHashMap<>();
        Map<String, Object> operations = new LinkedHashMap<>();
        Map<String, Object> messages = new LinkedHashMap<>();
        messages.put("text", text(maxMessageBytes));
        for (Route route : routes) {
            boolean isRooms = route.subprotocols().contains(ROOMS);
            if (isRooms) {
                messages.putAll(rooms());
            }
            String name = name(route.endpoint());
            List<String> said = isRooms
                    ? WireSamples.said().keySet().stream()
                            .map(word -> "client." + word)
                            .toList()
                    : List.of("text");
            List<String> told =
                    isRooms ? WireSamples.told().stream().map(AsyncApi::nameOf).toList() : List.of("text");
            channels.put(name, channel(route, said, told));
            operations.put(name + ".receive", operation("receive", name, said));
            operations.put(name + ".send", operation("send", name, told));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("asyncapi", "3.0.0");
        document.put("info", Map.of("title", "Parley", "version", version, "license", Map.of("name", "Apache-2.0")));
        document.put("defaultContentType", "application/json");
        document.put(
                "servers",
                Map.of(
                        "here",
                        Map.of(
                                "host",
                                "{host}",
                                "pathname",
                                contextPath.isEmpty() ? "/" : contextPath,
                                "protocol",
                                "wss",
                                "variables",
                                Map.of("host", Map.of("description", "Where this document came from.")))));
        document.put("channels", channels);
        document.put("operations", operations);
        document.put("components", Map.of("messages", messages));
        return document;
    }

    private static Map<String, Object> channel(Route route, List<String> said, List<String> told) {
        Map<String, Object> channel = new LinkedHashMap<>();
        channel.put("address", route.path());
        if (route.subprotocols().contains(ROOMS)) {
            channel.put("description", WireRules.RESUME);
        }
        Map<String, Object> references = new LinkedHashMap<>();
        said.forEach(message -> references.put(message, reference("#/components/messages/" + message)));
        told.forEach(message -> references.put(message, reference("#/components/messages/" + message)));
        channel.put("messages", references);
        Map<String, Object> variables = new LinkedHashMap<>();
        Matcher matcher = VARIABLE.matcher(route.path());
        while (matcher.find()) {
            variables.put(matcher.group(1), Map.of());
        }
        if (!variables.isEmpty()) {
            channel.put("parameters", variables);
        }
        Map<String, Object> handshake = new LinkedHashMap<>();
        handshake.put("method", "GET");
        handshake.put("query", Operations.object(fieldNames(route, QueryParam.class)));
        Map<String, Object> headers = new LinkedHashMap<>(fieldNames(route, HeaderParam.class));
        if (!fieldNames(route, CookieParam.class).isEmpty()) {
            headers.put("Cookie", Map.of("type", "string"));
        }
        route.subprotocols()
                .forEach(word -> headers.put("Sec-WebSocket-Protocol", Map.of("type", "string", "const", word)));
        handshake.put("headers", Operations.object(headers));
        channel.put("bindings", Map.of("ws", handshake));
        return channel;
    }

    private static Map<String, Object> operation(String action, String channel, List<String> messages) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("action", action);
        operation.put("channel", reference("#/channels/" + channel));
        operation.put(
                "messages",
                messages.stream()
                        .map(message -> reference("#/channels/" + channel + "/messages/" + message))
                        .toList());
        return operation;
    }

    private static Map<String, Object> fieldNames(Route route, Class<? extends Annotation> kind) {
        Map<String, Object> fields = new LinkedHashMap<>();
        addFields(fields, route.parameters(), kind);
        return fields;
    }

    /** What a class declares for itself, and what its dependencies declare. */
    private static void addFields(Map<String, Object> fields, Class<?> declaring, Class<? extends Annotation> kind) {
        for (Parameter parameter : declaring.getDeclaredConstructors()[0].getParameters()) {
            Annotation found = parameter.getAnnotation(kind);
            Depends depends = parameter.getAnnotation(Depends.class);
            if (found != null) {
                String given = found instanceof QueryParam query
                        ? query.value()
                        : found instanceof HeaderParam header ? header.value() : "";
                fields.put(given.isEmpty() ? parameter.getName() : given, Map.of("type", "string"));
            } else if (depends != null) {
                addFields(fields, depends.value(), kind);
            } else if (parameter.getAnnotations().length == 0
                    && parameter.getType().isRecord()) {
                addFields(fields, parameter.getType(), kind);
            }
        }
    }

    private static Map<String, Object> text(int maxMessageBytes) {
        return Map.of(
                "title", "A text message",
                "contentType", "text/plain",
                "payload", Map.of("type", "string", "maxLength", maxMessageBytes));
    }

    private static Map<String, Object> rooms() {
        Map<String, Object> messages = new LinkedHashMap<>();
        WireSamples.said()
                .forEach((word, sample) -> messages.put("client." + word, message("client." + word, word, sample)));
        WireSamples.told()
                .forEach(
                        sample -> messages.put(nameOf(sample), message(nameOf(sample), wordOf(sample), sample.text())));
        return messages;
    }

    private static Map<String, Object> message(String name, String word, String sample) {
        Json json = Json.parse(sample).orElseThrow();
        return Map.of(
                "title",
                word,
                "description",
                WireRules.MEANINGS.getOrDefault(name, ""),
                "contentType",
                "application/json",
                "payload",
                schema(json, "", WireRules.OPTIONAL.getOrDefault(name, Set.of())),
                "examples",
                List.of(Map.of("payload", new JsonText.Verbatim(sample))));
    }

    /** The shape of a sample. What the sample has, a message of its kind has, unless it is optional. */
    private static Map<String, Object> schema(Json sample, String name, Set<String> optional) {
        Map<String, Object> schema = new LinkedHashMap<>();
        switch (sample.kind()) {
            case OBJECT -> {
                Map<String, Object> properties = new LinkedHashMap<>();
                sample.members()
                        .orElseThrow()
                        .forEach((member, value) -> properties.put(member, schema(value, member, Set.of())));
                schema.put("type", "object");
                schema.put("properties", properties);
                schema.put(
                        "required",
                        properties.keySet().stream()
                                .filter(member -> !optional.contains(member))
                                .toList());
                optional.stream().sorted().forEach(member -> properties.putIfAbsent(member, Map.of("type", "string")));
            }
            case ARRAY -> {
                schema.put("type", "array");
                sample.elements().orElseThrow().stream()
                        .findFirst()
                        .ifPresent(element -> schema.put("items", schema(element, "", Set.of("data"))));
            }
            case NUMBER -> schema.put("type", "integer");
            case BOOLEAN -> {
                if (!name.equals("presence")) { // that may be an object with data, too
                    schema.put("type", "boolean");
                }
            }
            case STRING -> {
                if (name.equals("type")) {
                    schema.put("const", sample.string().orElseThrow());
                } else if (!name.equals("data")) { // that may be any JSON value
                    schema.put("type", "string");
                }
            }
            case NULL -> schema.put("type", "null");
        }
        return schema;
    }

    static String nameOf(Outbound message) {
        return "server." + message.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static String wordOf(Outbound message) {
        return Json.parse(message.text())
                .flatMap(Json::members)
                .map(members -> members.get("type"))
                .flatMap(Json::string)
                .orElseThrow();
    }

    /** {@code EchoEndpoint} is the channel {@code echo}. */
    private static String name(Class<?> endpoint) {
        return endpoint.getSimpleName().replace("Endpoint", "").toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> reference(String to) {
        return Map.of("$ref", to);
    }
}
