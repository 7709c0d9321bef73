package dev.parley.api;

import dev.parley.protocol.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON Schema of a document, as far as our documents use the language. Stricter than the language is: what an object holds and its
 * schema does not name is wrong, too, and so is a word of the language that is not understood here.
 */
public final class Schema {
    private static final Set<String> KNOWN = Set.of(
            "$ref",
            "type",
            "format",
            "description",
            "properties",
            "required",
            "items",
            "enum",
            "const",
            "oneOf",
            "additionalProperties");

    private final Map<String, Json> document;
    private final Json schema;

    private Schema(Map<String, Json> document, Json schema) {
        this.document = document;
        this.schema = schema;
    }

    /** One that stands in a document, in which references are looked up. */
    public static Schema in(String document, Json schema) {
        return new Schema(members(Json.parse(document).orElseThrow()), schema);
    }

    /** How many references there are, each of which must lead somewhere. */
    static int references(String document) {
        Matcher reference = Pattern.compile("\"\\$ref\":\"#/([^\"]+)\"").matcher(document);
        int found = 0;
        for (; reference.find(); found++) {
            Json at = Json.parse(document).orElseThrow();
            for (String step : reference.group(1).split("/", -1)) {
                at = members(at).get(step);
                if (at == null) {
                    throw new AssertionError("nothing is at " + reference.group(1));
                }
            }
        }
        return found;
    }

    /** Of an operation's good answer. */
    public static Schema ofAnswer(String openapi, String path, String method, int status) {
        Json at = Json.parse(openapi).orElseThrow();
        for (String step : List.of(
                "paths",
                path,
                method,
                "responses",
                Integer.toString(status),
                "content",
                "application/json",
                "schema")) {
            at = members(at).get(step);
            if (at == null) {
                throw new AssertionError("the document has no " + step + " of " + method + " " + path);
            }
        }
        return in(openapi, at);
    }

    private static Map<String, Json> members(Json value) {
        return value.members().orElseThrow(() -> new AssertionError("not an object: " + value.source()));
    }

    /** All that is wrong with a value. */
    public List<String> flaws(String value) {
        List<String> flaws = new ArrayList<>();
        check(Json.parse(value.strip()).orElseThrow(), schema, "", flaws);
        return flaws;
    }

    private void check(Json value, Json is, String at, List<String> flaws) {
        Map<String, Json> words = members(is);
        words.keySet().stream()
                .filter(word -> !KNOWN.contains(word))
                .forEach(word -> flaws.add(at + " has a schema with " + word));
        if (words.containsKey("$ref")) {
            Json found = Json.parse("null").orElseThrow();
            Map<String, Json> within = document;
            for (String step :
                    words.get("$ref").string().orElseThrow().substring(2).split("/")) {
                found = within.get(step);
                within = members(found);
            }
            check(value, found, at, flaws);
            return;
        }
        if (words.containsKey("oneOf")) {
            long fits = words.get("oneOf").elements().orElseThrow().stream()
                    .filter(one -> {
                        List<String> his = new ArrayList<>();
                        check(value, one, at, his);
                        return his.isEmpty();
                    })
                    .count();
            if (fits != 1) {
                flaws.add(at + " fits " + fits + " of oneOf");
            }
            return;
        }
        if (words.containsKey("type") && !isOf(value, words.get("type").string().orElseThrow())) {
            flaws.add(at + " is " + value.source() + " and no "
                    + words.get("type").source());
            return;
        }
        if (words.containsKey("const") && !words.get("const").source().equals(value.source())) {
            flaws.add(at + " is " + value.source());
        }
        if (words.containsKey("enum")
                && words.get("enum").elements().orElseThrow().stream()
                        .noneMatch(one -> one.source().equals(value.source()))) {
            flaws.add(at + " is " + value.source());
        }
        if (words.containsKey("items")) {
            List<Json> elements = value.elements().orElseThrow();
            for (int i = 0; i < elements.size(); i++) {
                check(elements.get(i), words.get("items"), at + "/" + i, flaws);
            }
        }
        if (words.containsKey("type") && words.get("type").source().equals("\"object\"")) {
            checkObject(value, words, at, flaws);
        }
    }

    private void checkObject(Json value, Map<String, Json> words, String at, List<String> flaws) {
        Map<String, Json> properties = words.containsKey("properties") ? members(words.get("properties")) : Map.of();
        Set<String> missing = new HashSet<>();
        if (words.containsKey("required")) {
            words.get("required")
                    .elements()
                    .orElseThrow()
                    .forEach(name -> missing.add(name.string().orElseThrow()));
        }
        members(value).forEach((name, member) -> {
            missing.remove(name);
            Json schemaOfIt = properties.getOrDefault(name, words.get("additionalProperties"));
            if (schemaOfIt == null) {
                flaws.add(at + "/" + name + " is not named");
            } else {
                check(member, schemaOfIt, at + "/" + name, flaws);
            }
        });
        missing.forEach(name -> flaws.add(at + "/" + name + " is missing"));
    }

    private static boolean isOf(Json value, String type) {
        return switch (type) {
            case "integer" -> value.integer().isPresent();
            default -> value.kind().name().equalsIgnoreCase(type);
        };
    }
}
