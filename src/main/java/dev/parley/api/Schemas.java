package dev.parley.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the HTTP API answers, as JSON Schemas, by the name of a type that a generated client may have. All that an answer may hold is
 * named; a test holds real answers against it.
 *
 * @see <a href="https://json-schema.org/draft/2020-12">JSON Schema 2020-12</a>
 */
final class Schemas {
    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final Map<String, Object> TIME = Map.of("type", "string", "format", "date-time");
    private static final Map<String, Object> WHOLE = Map.of("type", "integer", "format", "int64");
    private static final Map<String, Object> NUMBER = Map.of("type", "number");
    private static final Map<String, Object> TRUTH = Map.of("type", "boolean");
    private static final Map<String, Object> COUNTS = Map.of("type", "object", "additionalProperties", WHOLE);

    /** The type of the answer, by operation. */
    private static final Map<String, String> ANSWERS = Map.ofEntries(
            Map.entry("room", "Room"),
            Map.entry("publish", "Published"),
            Map.entry("publishTogether", "PublishedTogether"),
            Map.entry("history", "History"),
            Map.entry("purge", "Purged"),
            Map.entry("closeRoom", "Said"),
            Map.entry("members", "Members"),
            Map.entry("user", "User"),
            Map.entry("tell", "Told"),
            Map.entry("disconnectUser", "Said"),
            Map.entry("overview", "Overview"),
            Map.entry("nodes", "Nodes"),
            Map.entry("refusals", "Refusals"),
            Map.entry("blocks", "Blocks"),
            Map.entry("settings", "Settings"),
            Map.entry("audit", "Audit"),
            Map.entry("users", "Users"),
            Map.entry("ended", "EndedConnections"),
            Map.entry("rooms", "Rooms"),
            Map.entry("connections", "Connections"),
            Map.entry("connection", "AnyConnection"),
            Map.entry("disconnect", "Said"),
            Map.entry("disconnectAll", "Said"),
            Map.entry("block", "Said"),
            Map.entry("unblock", "Said"),
            Map.entry("doors", "Said"));

    private Schemas() {}

    /** Of the answer to an operation when it went well. */
    static Map<String, Object> answer(String operation) {
        String type = ANSWERS.get(operation);
        if (type == null) {
            throw new IllegalStateException("nobody has said what the answer to " + operation + " looks like");
        }
        return of(type);
    }

    /** A type by its name. */
    static Map<String, Object> of(String type) {
        return Map.of("$ref", "#/components/schemas/" + type);
    }

    /** All types. */
    static Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("Problem", object("type", TEXT, "title", TEXT, "status", WHOLE, "detail", TEXT, "code?", TEXT));
        all.put("Said", described("The nodes have been told; each does its part when it hears it.", "said", TRUTH));
        all.put(
                "Position",
                described(
                        "A place in a log. seq counts without a hole as long as epoch stays; message is the id of the message there.",
                        "epoch",
                        TEXT,
                        "seq",
                        WHOLE,
                        "message",
                        TEXT));
        all.put("Published", object("room", TEXT, "position", of("Position"), "duplicate", TRUTH));
        all.put("PublishedTogether", object("published", list(of("Published"))));
        all.put("Told", object("user", TEXT, "position", of("Position"), "duplicate", TRUTH));
        all.put("Purged", object("room", TEXT, "purged", of("Position")));
        all.put("Author", object("user", TEXT, "connection", TEXT));
        all.put(
                "Message",
                described(
                        "What stands in a log: data is any JSON value, and missing where somebody left. What was erased has no author, either; with erased it tells that another one was.",
                        "epoch",
                        TEXT,
                        "seq",
                        WHOLE,
                        "message",
                        TEXT,
                        "at",
                        TIME,
                        "kind",
                        oneOf("message", "left", "erased"),
                        "from?",
                        of("Author"),
                        "erased?",
                        object("seq", WHOLE, "message", TEXT),
                        "data?",
                        Map.of()));
        all.put("History", object("room", TEXT, "messages", list(of("Message")), "more", TRUTH));
        all.put("Member", object("user", TEXT, "connections", WHOLE));
        all.put("Members", object("room", TEXT, "members", list(of("Member"))));
        all.put(
                "Room",
                object(
                        "room",
                        TEXT,
                        "position",
                        of("Position"),
                        "depth",
                        WHOLE,
                        "users",
                        WHOLE,
                        "members",
                        list(of("Member"))));
        all.put(
                "User",
                described(
                        "Over all nodes; without those that are silent.",
                        "user",
                        TEXT,
                        "online",
                        TRUTH,
                        "connections",
                        WHOLE,
                        "since?",
                        TIME,
                        "silent",
                        list(TEXT)));
        rows(all, "Users", "users", "UserRow", object("node", TEXT, "user", TEXT, "connections", WHOLE));
        rows(
                all,
                "Rooms",
                "rooms",
                "RoomRow",
                object("node", TEXT, "room", TEXT, "members", WHOLE, "perSecond", NUMBER));
        rows(all, "Connections", "connections", "Connection", object(CONNECTION.toArray()));
        List<Object> details = new ArrayList<>(CONNECTION);
        details.addAll(List.of("roomCount", WHOLE, "rooms", list(TEXT), "events", list(of("Event"))));
        all.put("Event", object("at", WHOLE, "what", TEXT));
        all.put("LiveConnection", object(details.toArray()));
        rows(
                all,
                "EndedConnections",
                "ended",
                "EndedConnection",
                object(
                        "node",
                        TEXT,
                        "connection",
                        TEXT,
                        "user",
                        TEXT,
                        "source",
                        TEXT,
                        "address",
                        TEXT,
                        "endpoint",
                        TEXT,
                        "since",
                        TIME,
                        "ended",
                        TIME,
                        "cause",
                        TEXT,
                        "dropped",
                        WHOLE));
        all.put("AnyConnection", Map.of("oneOf", List.of(of("LiveConnection"), of("EndedConnection"))));
        rows(
                all,
                "Refusals",
                "refusals",
                "Refusal",
                object("node", TEXT, "at", TIME, "status", WHOLE, "cause", TEXT, "address", TEXT));
        rows(
                all,
                "Audit",
                "audit",
                "AuditEntry",
                object("at", TIME, "who", TEXT, "what", TEXT, "node", TEXT, "result", TEXT));
        all.put(
                "Block",
                described(
                        "Either a user, perhaps of one source only, or an address.",
                        "user?",
                        TEXT,
                        "source?",
                        TEXT,
                        "address?",
                        TEXT,
                        "until",
                        TIME));
        all.put("Blocks", object("blocks", list(of("Block"))));
        all.put("Setting", object("setting", TEXT, "value", TEXT, "default", TEXT, "source", TEXT, "is", TEXT));
        all.put("Settings", object("settings", list(of("Setting"))));
        all.put(
                "Backplane",
                object(
                        "engine",
                        TEXT,
                        "isReachable",
                        TRUTH,
                        "lagMillis",
                        WHOLE,
                        "repairs",
                        WHOLE,
                        "reconnects",
                        WHOLE));
        all.put("NodeStatus", object(NODE.toArray()));
        all.put("Nodes", object("nodes", list(of("NodeStatus"))));
        List<Object> overview = new ArrayList<>(NODE);
        overview.addAll(List.of("closed", COUNTS, "refused", COUNTS, "dropped", WHOLE, "resumes", COUNTS));
        overview.addAll(List.of("waiting", WHOLE, "deepest", WHOLE, "nodes", list(of("NodeStatus"))));
        all.put("Overview", object(overview.toArray()));
        return all;
    }

    private static final List<Object> CONNECTION = List.of(
            "node",
            TEXT,
            "connection",
            TEXT,
            "user",
            TEXT,
            "source",
            TEXT,
            "address",
            TEXT,
            "endpoint",
            TEXT,
            "since",
            TIME,
            "messagesIn",
            WHOLE,
            "bytesIn",
            WHOLE,
            "messagesOut",
            WHOLE,
            "bytesOut",
            WHOLE,
            "waiting",
            WHOLE,
            "waitingBytes",
            WHOLE,
            "stalledMillis",
            WHOLE,
            "quietMillis",
            WHOLE,
            "roundTripMicros",
            WHOLE,
            "dropped",
            WHOLE,
            "expires",
            TEXT);

    private static final List<Object> NODE = List.of(
            "version",
            TEXT,
            "server",
            TEXT,
            "node",
            TEXT,
            "doors",
            oneOf("open", "paused", "draining", "stopped"),
            "drainedFrom",
            WHOLE,
            "connections",
            WHOLE,
            "rooms",
            WHOLE,
            "messagesInPerSecond",
            NUMBER,
            "messagesOutPerSecond",
            NUMBER,
            "bytesInPerSecond",
            NUMBER,
            "bytesOutPerSecond",
            NUMBER,
            "p50Millis",
            NUMBER,
            "p99Millis",
            NUMBER,
            "processor",
            NUMBER,
            "backplane",
            of("Backplane"),
            "connectionsMax",
            WHOLE,
            "uptimeSeconds",
            WHOLE,
            "heapUsed",
            WHOLE,
            "heapMax",
            WHOLE,
            "heldBytes",
            WHOLE,
            "budgetBytes",
            WHOLE);

    /** Rows of all nodes, and what is known of the rest: how many there are in all, and who has not answered. */
    private static void rows(Map<String, Object> all, String type, String member, String row, Map<String, Object> is) {
        all.put(row, is);
        all.put(
                type,
                described(
                        "The first rows of each node; all is how many there are, silent names the nodes that did not answer in time.",
                        "node",
                        TEXT,
                        "all",
                        WHOLE,
                        "silent",
                        list(TEXT),
                        member,
                        list(of(row))));
    }

    private static Map<String, Object> described(String sentence, Object... members) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("description", sentence);
        schema.putAll(object(members));
        return schema;
    }

    /** Names and schemas by turns; a name with a question mark may be missing. */
    private static Map<String, Object> object(Object... members) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (int i = 0; i < members.length; i += 2) {
            String name = (String) members[i];
            boolean isOptional = name.endsWith("?");
            String plain = isOptional ? name.substring(0, name.length() - 1) : name;
            properties.put(plain, members[i + 1]);
            if (!isOptional) {
                required.add(plain);
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("required", required);
        return schema;
    }

    private static Map<String, Object> list(Map<String, Object> of) {
        return Map.of("type", "array", "items", of);
    }

    private static Map<String, Object> oneOf(String... words) {
        return Map.of("type", "string", "enum", Arrays.asList(words));
    }
}
