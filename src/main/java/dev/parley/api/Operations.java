package dev.parley.api;

import dev.parley.api.Operation.Ask;
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
import java.util.function.Supplier;

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
    private static final List<String> DOORS = List.of("open", "paused", "draining");
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
        all.add(get("overview", "/overview", "How this node is doing.", views::overview));
        all.add(get("nodes", "/nodes", "All nodes, as each last said of itself.", views::nodes));
        all.add(list("refusals", "/security", "Handshakes that were refused and logins that failed, newest first."));
        all.add(get("blocks", "/blocks", "Users and addresses that are kept out.", views::blocks));
        all.add(get("settings", "/settings", "The settings in effect, without secrets.", views::settings));
        all.add(list("audit", "/audit", "What operators and tokens did and were refused, newest first."));
        all.add(list("users", "/users", "Users, those with the most connections first."));
        all.add(list("ended", "/ended", "Connections that were ended by us, newest first, and why."));
        all.add(list("rooms", "/rooms", "The rooms that have members, the biggest first."));
        all.add(new Operation(
                        "connections",
                        "GET /connections",
                        Permit.WATCH,
                        "Connections of all nodes, of each those with the most waiting first.",
                        200,
                        this::list)
                .with(List.of(
                        new Parameter("user", "string", "Only this user's."),
                        new Parameter("address", "string", "Only from this address or network."),
                        new Parameter("room", "string", "Only those in this room."),
                        new Parameter("node", "string", "Only those of this node."),
                        new Parameter(
                                "limit", "integer", "At most so many, 100 unless said, up to " + MAX_ROWS + "."))));
        all.add(new Operation(
                "connection",
                "GET /connections/{connection}",
                Permit.WATCH,
                "One connection, on whichever node it is: its rooms, and what happened in the last minute; or why it ended.",
                200,
                ask -> everywhere(
                        "connection",
                        Map.of("id", ask.variable("connection")),
                        1,
                        found -> ((List<?>) found.getOrDefault("connection", List.of()))
                                .stream()
                                        .findFirst()
                                        .<Reply>map(Reply.Done::new)
                                        .orElseGet(() -> Reply.refused(404, "There is no such connection.")))));
        all.addAll(actions());
        return all;
    }

    private List<Operation> actions() {
        return List.of(
                act(
                        "disconnect",
                        "DELETE /connections/{connection}",
                        "Closes a connection with 4501, on whichever node it is.",
                        ask -> {
                            cluster.disconnect(ask.variable("connection"));
                            return Reply.said();
                        }),
                act(
                                "disconnectAll",
                                "DELETE /connections",
                                "Closes all connections of a user or an address with 4501, on all nodes.",
                                ask -> aimed(ask::parameter, cluster::disconnect))
                        .with(AIM),
                act(
                                "block",
                                "POST /blocks",
                                "Disconnects a user or an address and keeps it out for a time, on all nodes.",
                                this::block)
                        .with(
                                "Either user, perhaps of one source only, or address; and for how many seconds.",
                                object(Map.of(
                                        "user",
                                        TEXT,
                                        "source",
                                        Map.of("type", "string", "enum", SOURCES),
                                        "address",
                                        TEXT,
                                        "seconds",
                                        Map.of("type", "integer", "minimum", 1)))),
                act(
                                "unblock",
                                "DELETE /blocks",
                                "Ends a block, on all nodes.",
                                ask -> aimed(ask::parameter, cluster::unblock))
                        .with(AIM),
                act(
                                "doors",
                                "PUT /nodes/{node}/doors",
                                "Opens a node, pauses it (nobody new comes in), or drains it (and who is in is sent elsewhere).",
                                this::admission)
                        .with("The state wanted.", object(Map.of("state", Map.of("type", "string", "enum", DOORS)))));
    }

    private Reply list(Ask ask) {
        String limit = ask.parameter("limit").orElse("100");
        if (!limit.matches("[0-9]{1,4}") || Integer.parseInt(limit) > MAX_ROWS) {
            return Reply.refused(400, "limit must be a number up to " + MAX_ROWS + ".");
        }
        Map<String, String> filter = new HashMap<>();
        for (String name : List.of("user", "address", "room", "node")) {
            ask.parameter(name).ifPresent(value -> filter.put(name, value));
        }
        return everywhere("connections", filter, Integer.parseInt(limit), Reply.Done::new);
    }

    private Operation list(String view, String path, String summary) {
        return new Operation(
                view,
                "GET " + path,
                Permit.WATCH,
                summary,
                200,
                ask -> everywhere(view, Map.of(), MAX_ROWS, Reply.Done::new));
    }

    private Reply everywhere(
            String view, Map<String, String> filter, int limit, Function<Map<String, Object>, Reply> then) {
        ClusterQuery.Question question;
        try {
            question = new ClusterQuery.Question(view, filter, limit);
        } catch (IllegalArgumentException tooLong) {
            return Reply.refused(400, "What is looked for is too long.");
        }
        return Reply.of(query.ask(question), then);
    }

    private Reply block(Ask ask) {
        Map<String, Json> body = Json.parse(ask.body()).flatMap(Json::members).orElse(Map.of());
        Optional<String> seconds = Optional.ofNullable(body.get("seconds")).flatMap(Json::integer);
        if (seconds.filter(text -> text.matches("[1-9][0-9]{0,7}") && Long.parseLong(text) <= MAX_BLOCK.toSeconds())
                .isEmpty()) {
            return Reply.refused(400, "seconds must be a whole number from 1 to " + MAX_BLOCK.toSeconds() + ".");
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
        if (!DOORS.contains(state)) {
            return Reply.refused(400, "state must be open, paused or draining.");
        }
        if (!cluster.knows(ask.variable("node"))) {
            return Reply.refused(404, "There is no node of this name.");
        }
        cluster.turn(ask.variable("node"), AdmissionControl.State.valueOf(state.toUpperCase(Locale.ROOT)));
        return Reply.said();
    }

    /** Does something to the user or to the address that was named. */
    private static Reply aimed(Function<String, Optional<String>> named, Consumer<Blocks.Target> action) {
        String source = named.apply("source").orElse("");
        if (!source.isEmpty() && !SOURCES.contains(source)) {
            return Reply.refused(400, "source must be one of " + String.join(", ", SOURCES) + ".");
        }
        Optional<Blocks.Target> user =
                named.apply("user").map(name -> new Blocks.Target(Blocks.Kind.USER, name, source));
        Optional<Blocks.Target> address = named.apply("address").map(Blocks.Target::address);
        Optional<Blocks.Target> target = user.or(() -> address)
                .filter(one -> !one.value().isEmpty() && one.value().length() <= MAX_TARGET);
        if (address.isPresent() && Network.parse(address.get().value()).isEmpty()) {
            return Reply.refused(400, "address must be an address or a network, such as 192.0.2.1 or 2001:db8::/32.");
        }
        if (user.isPresent() == address.isPresent() || target.isEmpty()) {
            return Reply.refused(
                    400, "Either user or address must be given, with up to " + MAX_TARGET + " characters.");
        }
        action.accept(target.get());
        return Reply.said();
    }

    static Map<String, Object> object(Map<String, Object> properties) {
        return Map.of("type", "object", "properties", properties);
    }

    private static Operation get(String id, String path, String summary, Supplier<Object> tree) {
        return new Operation(id, "GET " + path, Permit.WATCH, summary, 200, ask -> new Reply.Done(tree.get()));
    }

    private static Operation act(String id, String call, String summary, Function<Ask, Reply> work) {
        return new Operation(id, call, Permit.ACT, summary, 202, work);
    }
}
