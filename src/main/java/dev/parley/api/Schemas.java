package dev.parley.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the HTTP API answers, as JSON Schemas, by the name of a type that a generated client may have. All that an answer may hold is
 * named; a test holds real answers against it.
 *
 * @see <a href="https://json-schema.org/draft/2020-12">JSON Schema 2020-12</a>
 */
final class Schemas {
    private Schemas() {}

    /** Of the answer to an operation when it went well: a type that is mostly called as the operation is. */
    static Map<String, Object> answer(Operation operation) {
        String id = operation.id();
        return of(
                switch (id) {
                    case "publish" -> "Published";
                    case "publishTogether" -> "PublishedTogether";
                    case "purge" -> "Purged";
                    case "tell" -> "Told";
                    case "ended" -> "EndedConnections";
                    case "connection" -> "AnyConnection";
                    default ->
                        operation.status() == 202
                                ? "Said"
                                : id.substring(0, 1).toUpperCase(Locale.ROOT) + id.substring(1);
                });
    }

    /** A type by its name. */
    static Map<String, Object> of(String type) {
        return Map.of("$ref", "#/components/schemas/" + type);
    }

    /** All types. */
    static Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("Problem", object("type, title, status whole, detail, code?"));
        all.put("Said", object("said truth", "The nodes have been told; each does its part when it hears it."));
        all.put(
                "Position",
                object(
                        "epoch, seq whole, message",
                        "A place in a log. seq counts without a hole as long as epoch stays; message is the id of the message there."));
        all.put("Published", object("room, position Position, duplicate truth"));
        all.put("PublishedTogether", object("published Published[]"));
        all.put("Told", object("user, position Position, duplicate truth"));
        all.put("Purged", object("room, purged Position"));
        all.put("Author", object("user, connection"));
        all.put(
                "Message",
                object(
                        "epoch, seq whole, message, at time, kind message|left|erased, from? Author, erased? erasure, data? any",
                        "What stands in a log: data is any JSON value, and missing where somebody left. What was erased has no author, either; with erased it tells that another one was."));
        all.put("History", object("room, messages Message[], more truth"));
        all.put("Member", object("user, connections whole"));
        all.put("Members", object("room, members Member[]"));
        all.put("Room", object("room, position Position, depth whole, users whole, members Member[]"));
        all.put(
                "User",
                object(
                        "user, online truth, connections whole, since? time, silent text[]",
                        "Over all nodes; without those that are silent."));
        rows(all, "Users", "users", "UserRow", "node, user, connections whole");
        rows(all, "Rooms", "rooms", "RoomRow", "node, room, members whole, perSecond number");
        rows(all, "Connections", "connections", "Connection", CONNECTION);
        all.put("Event", object("at whole, what"));
        all.put("LiveConnection", object(CONNECTION + ", roomCount whole, rooms text[], events Event[]"));
        rows(
                all,
                "EndedConnections",
                "ended",
                "EndedConnection",
                "node, connection, user, source, address, endpoint, since time, ended time, cause, dropped whole");
        all.put("AnyConnection", Map.of("oneOf", List.of(of("LiveConnection"), of("EndedConnection"))));
        rows(all, "Refusals", "refusals", "Refusal", "node, at time, status whole, cause, address");
        rows(all, "Audit", "audit", "AuditEntry", "at time, who, what, node, result");
        all.put(
                "Block",
                object(
                        "user?, source?, address?, until time",
                        "Either a user, perhaps of one source only, or an address."));
        all.put("Blocks", object("blocks Block[]"));
        all.put("Setting", object("setting, value, default, source, is"));
        all.put("Settings", object("settings Setting[]"));
        all.put("Backplane", object("engine, isReachable truth, lagMillis whole, repairs whole, reconnects whole"));
        all.put("NodeStatus", object(NODE));
        all.put("Nodes", object("nodes NodeStatus[]"));
        all.put(
                "Overview",
                object(NODE + ", closed counts, refused counts, dropped whole, resumes counts,"
                        + " waiting whole, deepest whole, nodes NodeStatus[]"));
        return all;
    }

    private static final String CONNECTION = "node, connection, user, source, address, endpoint, since time,"
            + " messagesIn whole, bytesIn whole, messagesOut whole, bytesOut whole, waiting whole, waitingBytes whole,"
            + " stalledMillis whole, quietMillis whole, roundTripMicros whole, dropped whole, expires";

    private static final String NODE = "version, server, node, doors open|paused|draining|stopped, drainedFrom whole,"
            + " connections whole, rooms whole, messagesInPerSecond number, messagesOutPerSecond number,"
            + " bytesInPerSecond number, bytesOutPerSecond number, p50Millis number, p99Millis number, processor number,"
            + " backplane Backplane, connectionsMax whole, uptimeSeconds whole, heapUsed whole, heapMax whole,"
            + " heldBytes whole, budgetBytes whole";

    /** Rows of all nodes, and what is known of the rest: how many there are in all, and who has not answered. */
    private static void rows(Map<String, Object> all, String type, String member, String row, String members) {
        all.put(row, object(members));
        all.put(
                type,
                object(
                        "node, all whole, silent text[], " + member + ' ' + row + "[]",
                        "The first rows of each node; all is how many there are, silent names the nodes that did not answer in time."));
    }

    private static Map<String, Object> object(String members, String description) {
        Map<String, Object> schema = object(members);
        schema.put("description", description);
        return schema;
    }

    /** Of members with commas between them: a name, with a question mark if it may be missing, and a {@link #schema}, or else it is text. */
    static Map<String, Object> object(String members) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (String member : members.split(", ", -1)) {
            String[] part = member.split(" ", 2);
            String name = part[0].replace("?", "");
            properties.put(name, schema(part.length > 1 ? part[1] : "text"));
            if (name.equals(part[0])) {
                required.add(name);
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("required", required);
        return schema;
    }

    /** By a word for it, the name of a type, one of these with brackets for a list, or the words that a text is one of. */
    private static Map<String, Object> schema(String word) {
        if (word.endsWith("[]")) {
            return Map.of("type", "array", "items", schema(word.substring(0, word.length() - 2)));
        }
        return switch (word) {
            case "any" -> Map.of();
            case "text" -> Map.of("type", "string");
            case "time" -> Map.of("type", "string", "format", "date-time");
            case "whole" -> Map.of("type", "integer", "format", "int64");
            case "number" -> Map.of("type", "number");
            case "truth" -> Map.of("type", "boolean");
            case "counts" -> Map.of("type", "object", "additionalProperties", schema("whole"));
            case "erasure" -> object("seq whole, message");
            default -> word.contains("|") ? Map.of("type", "string", "enum", word.split("[|]", -1)) : of(word);
        };
    }
}
