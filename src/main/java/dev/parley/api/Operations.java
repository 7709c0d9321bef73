package dev.parley.api;

import dev.parley.api.Operation.Ask;
import dev.parley.api.Operation.Body;
import dev.parley.api.Operation.Parameter;
import dev.parley.api.Operation.Reply;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Network;
import dev.parley.protocol.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Everything that the HTTP API can do about a node and its connections, together with what {@link RoomOperations} and {@link UserOperations} add. */
public final class Operations {
    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final List<Parameter> AIM = List.of(
            new Parameter("user", "string", "Whose."),
            new Parameter(
                    "source",
                    "string",
                    "Only of the user of this login, token or visitor, and not of others of that name."),
            new Parameter("address", "string", "From where: an address, of IPv6 its 64 bits, or a network."));
    private static final List<String> SOURCES = Arrays.stream(Credential.Source.values())
            .map(Credential.Source::toString)
            .toList();
    private static final int MAX_ROWS = 1_000;
    private static final int MAX_TARGET = 255;
    private static final Duration MAX_BLOCK = Duration.ofDays(365);

    private final Cluster cluster;
    private final Views views;
    private final ClusterQuery query;
    private final RoomOperations rooms;
    private final UserOperations users;

    public Operations(Cluster cluster, Views views, ClusterQuery query, RoomOperations rooms, UserOperations users) {
        this.users = users;
        this.query = query;
        this.cluster = cluster;
        this.views = views;
        this.rooms = rooms;
    }

    List<Operation> all() {
        List<Operation> all = new ArrayList<>(rooms.all());
        all.addAll(users.all());
        all.add(get("overview", "/overview", "How this node is doing.", ask -> views.overview()));
        all.add(get("nodes", "/nodes", "All nodes, as each last said of itself.", ask -> views.nodes()));
        all.add(list(
                "refusals",
                "/security",
                "Handshakes that were refused and logins that failed, newest first.",
                MAX_ROWS));
        all.add(get("blocks", "/blocks", "Users and addresses that are kept out.", ask -> views.blocks()));
        all.add(get("settings", "/settings", "The settings in effect, without secrets.", ask -> views.settings()));
        all.add(list("audit", "/audit", "What operators and tokens did and were refused, newest first.", MAX_ROWS));
        all.add(list("users", "/users", "Users, those with the most connections first.", MAX_ROWS));
        all.add(list("ended", "/ended", "Connections that were ended by us, newest first, and why.", MAX_ROWS));
        all.add(list("rooms", "/rooms", "The rooms that have members, the biggest first.", MAX_ROWS));
        all.add(new Operation(
                "connections",
                "GET",
                "/connections",
                Permit.WATCH,
                "Connections of all nodes, of each those with the most waiting first.",
                List.of(
                        new Parameter("user", "string", "Only this user's."),
                        new Parameter("address", "string", "Only from this address or network."),
                        new Parameter("room", "string", "Only those in this room."),
                        new Parameter("node", "string", "Only those of this node."),
                        new Parameter("limit", "integer", "At most so many, 100 unless said, up to " + MAX_ROWS + ".")),
                Optional.empty(),
                200,
                this::list));
        all.add(new Operation(
                "connection",
                "GET",
                "/connections/{connection}",
                Permit.WATCH,
                "One connection, on whichever node it is: its rooms, and what happened in the last minute; or why it ended.",
                List.of(),
                Optional.empty(),
                200,
                ask -> everywhere(
                        "connection",
                        Map.of("id", ask.variable("connection")),
                        1,
                        found -> ((List<?>) found.getOrDefault("connection", List.of()))
                                .stream()
                                        .findFirst()
                                        .<Reply>map(Reply.Done::new)
                                        .orElseGet(() -> refused(404, "There is no such connection.")))));
        all.addAll(actions());
        return all;
    }

    private List<Operation> actions() {
        return List.of(
                act(
                        "disconnect",
                        "DELETE",
                        "/connections/{connection}",
                        "Closes a connection with 4501, on whichever node it is.",
                        List.of(),
                        Optional.empty(),
                        ask -> {
                            cluster.disconnect(ask.variable("connection"));
                            return said();
                        }),
                act(
                        "disconnectAll",
                        "DELETE",
                        "/connections",
                        "Closes all connections of a user or an address with 4501, on all nodes.",
                        AIM,
                        Optional.empty(),
                        ask -> aimed(ask::parameter, cluster::disconnect)),
                act(
                        "block",
                        "POST",
                        "/blocks",
                        "Disconnects a user or an address and keeps it out for a time, on all nodes.",
                        List.of(),
                        Optional.of(new Body(
                                "Either user, perhaps of one source only, or address; and for how many seconds.",
                                object(Map.of(
                                        "user",
                                        TEXT,
                                        "source",
                                        Map.of("type", "string", "enum", SOURCES),
                                        "address",
                                        TEXT,
                                        "seconds",
                                        Map.of("type", "integer", "minimum", 1))))),
                        this::block),
                act(
                        "unblock",
                        "DELETE",
                        "/blocks",
                        "Ends a block, on all nodes.",
                        AIM,
                        Optional.empty(),
                        ask -> aimed(ask::parameter, cluster::unblock)),
                act(
                        "doors",
                        "PUT",
                        "/nodes/{node}/doors",
                        "Opens a node, pauses it (nobody new comes in), or drains it (and who is in is sent elsewhere).",
                        List.of(),
                        Optional.of(new Body(
                                "The state wanted.",
                                object(Map.of(
                                        "state",
                                        Map.of("type", "string", "enum", List.of("open", "paused", "draining")))))),
                        this::admission));
    }

    private Reply list(Ask ask) {
        String limit = ask.parameter("limit").orElse("100");
        if (!limit.matches("[0-9]{1,4}") || Integer.parseInt(limit) > MAX_ROWS) {
            return refused(400, "limit must be a number up to " + MAX_ROWS + ".");
        }
        Map<String, String> filter = new HashMap<>();
        for (String name : List.of("user", "address", "room", "node")) {
            ask.parameter(name).ifPresent(value -> filter.put(name, value));
        }
        return everywhere("connections", filter, Integer.parseInt(limit), Reply.Done::new);
    }

    private Operation list(String view, String path, String summary, int limit) {
        return new Operation(
                view,
                "GET",
                path,
                Permit.WATCH,
                summary,
                List.of(),
                Optional.empty(),
                200,
                ask -> everywhere(view, Map.of(), limit, Reply.Done::new));
    }

    private Reply everywhere(
            String view, Map<String, String> filter, int limit, Function<Map<String, Object>, Reply> then) {
        ClusterQuery.Question question;
        try {
            question = new ClusterQuery.Question(view, filter, limit);
        } catch (IllegalArgumentException tooLong) {
            return refused(400, "What is looked for is too long.");
        }
        return RoomOperations.await(query.ask(question), then);
    }

    private Reply block(Ask ask) {
        Map<String, Json> body = Json.parse(ask.body()).flatMap(Json::members).orElse(Map.of());
        Optional<String> seconds = Optional.ofNullable(body.get("seconds")).flatMap(Json::integer);
        if (seconds.filter(text -> text.matches("[1-9][0-9]{0,7}") && Long.parseLong(text) <= MAX_BLOCK.toSeconds())
                .isEmpty()) {
            return refused(400, "seconds must be a whole number from 1 to " + MAX_BLOCK.toSeconds() + ".");
        }
        Duration time = Duration.ofSeconds(Long.parseLong(seconds.orElseThrow()));
        return aimed(
                name -> Optional.ofNullable(body.get(name)).flatMap(Json::string),
                target -> cluster.block(target, time));
    }

    private Reply admission(Ask ask) {
        String state = Json.parse(ask.body())
                .flatMap(Json::members)
                .map(members -> members.get("state"))
                .flatMap(Json::string)
                .orElse("");
        if (!List.of("open", "paused", "draining").contains(state)) {
            return refused(400, "state must be open, paused or draining.");
        }
        if (!cluster.knows(ask.variable("node"))) {
            return refused(404, "There is no node of this name.");
        }
        cluster.turn(ask.variable("node"), AdmissionControl.State.valueOf(state.toUpperCase(Locale.ROOT)));
        return said();
    }

    /** Does something to the user or to the address that was named. */
    private static Reply aimed(Function<String, Optional<String>> named, Consumer<Blocks.Target> action) {
        String source = named.apply("source").orElse("");
        if (!source.isEmpty() && !SOURCES.contains(source)) {
            return refused(400, "source must be one of " + String.join(", ", SOURCES) + ".");
        }
        Optional<Blocks.Target> user =
                named.apply("user").map(name -> new Blocks.Target(Blocks.Kind.USER, name, source));
        Optional<Blocks.Target> address = named.apply("address").map(Blocks.Target::address);
        Optional<Blocks.Target> target = user.or(() -> address)
                .filter(one -> !one.value().isEmpty() && one.value().length() <= MAX_TARGET);
        if (address.isPresent() && Network.parse(address.get().value()).isEmpty()) {
            return refused(400, "address must be an address or a network, such as 192.0.2.1 or 2001:db8::/32.");
        }
        if (user.isPresent() == address.isPresent() || target.isEmpty()) {
            return refused(400, "Either user or address must be given, with up to " + MAX_TARGET + " characters.");
        }
        action.accept(target.get());
        return said();
    }

    static Reply said() {
        return new Reply.Done(Map.of("said", true));
    }

    static Reply refused(int status, String detail) {
        return new Reply.Refused(status, status == 404 ? "Not found" : "Bad request", detail);
    }

    static Map<String, Object> object(Map<String, Object> properties) {
        return Map.of("type", "object", "properties", properties);
    }

    private static Operation get(String id, String path, String summary, Function<Ask, Object> tree) {
        return new Operation(
                id,
                "GET",
                path,
                Permit.WATCH,
                summary,
                List.of(),
                Optional.empty(),
                200,
                ask -> new Reply.Done(tree.apply(ask)));
    }

    private static Operation act(
            String id,
            String method,
            String path,
            String summary,
            List<Parameter> query,
            Optional<Body> body,
            Function<Ask, Reply> work) {
        return new Operation(id, method, path, Permit.ACT, summary, query, body, 202, work);
    }
}
