package dev.parley.api;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Figures;
import dev.parley.handshake.Decisions;
import dev.parley.handshake.Network;
import dev.parley.room.Rooms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What operators see, as trees that become JSON; the same over HTTP and in the console. It looks when it is asked, keeps nothing,
 * and shows no payload. Thread-safe.
 */
public final class Views {
    private static final int MAX_NAMED = 10; // rooms and events, because a row has to fit into a word between nodes

    private final ConnectionManager connections;
    private final Rooms rooms;
    private final Decisions decisions;
    private final Cluster cluster;
    private final Audit audit;
    private final RoomRates rates;
    private final Supplier<List<Decisions.Refusal>> failedLogins;
    private final List<Map<String, Object>> settings;
    private final Supplier<Map<String, Object>> overview;

    /**
     * Views of these parts.
     *
     * @param failedLogins the last logins of operators that failed
     * @param settings the settings in effect, without secrets
     * @param overview how this node is doing
     */
    public Views(
            ConnectionManager connections,
            Rooms rooms,
            Decisions decisions,
            Cluster cluster,
            Audit audit,
            RoomRates rates,
            Supplier<List<Decisions.Refusal>> failedLogins,
            List<Map<String, Object>> settings,
            Supplier<Map<String, Object>> overview) {
        this.connections = connections;
        this.rooms = rooms;
        this.decisions = decisions;
        this.cluster = cluster;
        this.audit = audit;
        this.rates = rates;
        this.failedLogins = failedLogins;
        this.settings = List.copyOf(settings);
        this.overview = overview;
    }

    public Map<String, Object> overview() {
        return overview.get();
    }

    public Map<String, Object> nodes() {
        return Map.of("nodes", cluster.nodes());
    }

    /** This node's rows of a view. Of one that a newer node knows and this one does not, there are none. */
    public ClusterQuery.Rows rows(ClusterQuery.Question question) {
        return switch (question.view()) {
            case "connections" -> connections(question);
            case "connection" -> connection(question.filter("id"));
            case "ended" -> listed(ended(), question);
            case "rooms" -> rooms(question);
            case "users" -> users(question);
            case "user" -> user(question.filter("user"));
            case "refusals" -> listed(refusals(), question);
            case "audit" -> new ClusterQuery.Rows(audits(question.limit()), audit.count());
            default -> listed(List.of(), question);
        };
    }

    private static ClusterQuery.Rows listed(List<Map<String, Object>> all, ClusterQuery.Question question) {
        return new ClusterQuery.Rows(all.stream().limit(question.limit()).toList(), all.size());
    }

    /** Those with the most waiting first; an empty filter is none. */
    private ClusterQuery.Rows connections(ClusterQuery.Question question) {
        String user = question.filter("user");
        String address = question.filter("address");
        String room = question.filter("room");
        Optional<Network> network = Network.parse(address);
        Set<String> inRoom = room.isEmpty() ? Set.of() : rooms.connectionsIn(room);
        Stream<Connection> found = connections
                .all()
                .filter(connection -> user.isEmpty() || connection.peer().user().equals(user))
                .filter(connection ->
                        address.isEmpty() || isFrom(connection.peer().address(), network))
                .filter(connection -> room.isEmpty() || inRoom.contains(connection.id()));
        List<Map<String, Object>> rows = first(
                        question.limit(),
                        found.map(connection -> new Place(connection, connection.waiting())),
                        Comparator.comparingInt(Place::waiting)
                                .reversed()
                                .thenComparing(place -> place.connection().since(), Comparator.reverseOrder()))
                .stream()
                .map(place -> row(place.connection().figures()))
                .toList();
        return new ClusterQuery.Rows(rows, connections.count());
    }

    private static boolean isFrom(String address, Optional<Network> network) {
        return network.isPresent()
                && Network.parse(address).filter(network.get()::contains).isPresent();
    }

    /** Where a connection stands in the list; its outbox is looked at once, because it goes on meanwhile. */
    private record Place(Connection connection, int waiting) {}

    /** The first of all in an order, without sorting all: a page asks every second, and there may be many. */
    private static <T> List<T> first(int limit, Stream<T> all, Comparator<? super T> order) {
        PriorityQueue<T> kept = new PriorityQueue<>(order.reversed()); // its head is the last of them
        all.forEach(one -> {
            if (kept.size() < limit) {
                kept.add(one);
            } else if (limit > 0 && order.compare(one, kept.element()) < 0) {
                kept.remove();
                kept.add(one);
            }
        });
        List<T> found = new ArrayList<>(kept);
        found.sort(order);
        return found;
    }

    /** One connection, with its rooms and what happened on it lately; or how it ended; or nothing. */
    private ClusterQuery.Rows connection(String id) {
        List<Map<String, Object>> found = new ArrayList<>();
        connections.find(id).ifPresent(connection -> {
            Map<String, Object> row = row(connection.figures());
            List<String> in = rooms.roomsOf(id);
            row.put("roomCount", in.size());
            row.put("rooms", in.stream().limit(MAX_NAMED).toList());
            List<Figures.Event> events = connection.events();
            row.put(
                    "events",
                    events.stream()
                            .skip(Math.max(0, events.size() - MAX_NAMED))
                            .map(event -> Map.of("at", event.at().toEpochMilli(), "what", event.what()))
                            .toList());
            found.add(row);
        });
        if (found.isEmpty()) {
            ended().stream().filter(row -> id.equals(row.get("connection"))).forEach(found::add);
        }
        return new ClusterQuery.Rows(found, found.size());
    }

    /** Connections that were ended on this side, the last first. */
    private List<Map<String, Object>> ended() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Figures.Ended ended : connections.tally().endedLately()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("node", cluster.node());
            row.put("connection", ended.id());
            row.put("user", ended.peer().user());
            row.put("source", ended.peer().source());
            row.put("address", ended.peer().address());
            row.put("endpoint", ended.peer().endpoint());
            row.put("since", ended.since().toString());
            row.put("ended", ended.at().toString());
            row.put("cause", ended.cause());
            row.put("dropped", ended.dropped());
            rows.add(row);
        }
        Collections.reverse(rows);
        return rows;
    }

    private Map<String, Object> row(Figures figures) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("node", cluster.node());
        row.put("connection", figures.id());
        row.put("user", figures.peer().user());
        row.put("source", figures.peer().source());
        row.put("address", figures.peer().address());
        row.put("endpoint", figures.peer().endpoint());
        row.put("since", figures.since().toString());
        row.put("messagesIn", figures.traffic().messagesIn());
        row.put("bytesIn", figures.traffic().bytesIn());
        row.put("messagesOut", figures.traffic().messagesOut());
        row.put("bytesOut", figures.traffic().bytesOut());
        row.put("waiting", figures.waiting());
        row.put("waitingBytes", figures.waitingBytes());
        row.put("stalledMillis", figures.stalled().toMillis());
        row.put("quietMillis", figures.quiet().toMillis());
        row.put("roundTripMicros", figures.roundTrip().map(Views::micros).orElse(-1L));
        row.put("dropped", figures.dropped());
        row.put("expires", figures.expires().map(Instant::toString).orElse(""));
        return row;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    /** One of a list: what it is called, how many are in it, and how much is said there. */
    private record Sized(String name, int size, double perSecond) {
        static final Comparator<Sized> BY_NAME = Comparator.comparing(Sized::name);

        /** As the question wishes: by name, by messages a second, or else the biggest first. */
        static Comparator<Sized> order(ClusterQuery.Question question) {
            return switch (question.filter("sort")) {
                case "name" -> BY_NAME;
                case "rate" ->
                    Comparator.comparingDouble(Sized::perSecond).reversed().thenComparing(BY_NAME);
                default -> Comparator.comparingInt(Sized::size).reversed().thenComparing(BY_NAME);
            };
        }

        boolean matches(String part) {
            return name.toLowerCase(Locale.ROOT).contains(part);
        }
    }

    private static List<Sized> found(
            Map<String, Integer> sizes, ToDoubleFunction<String> perSecond, ClusterQuery.Question question) {
        String part = question.filter("match").toLowerCase(Locale.ROOT);
        return sizes.entrySet().stream()
                .map(entry -> new Sized(entry.getKey(), entry.getValue(), perSecond.applyAsDouble(entry.getKey())))
                .filter(one -> one.matches(part))
                .toList();
    }

    private ClusterQuery.Rows rooms(ClusterQuery.Question question) {
        List<Sized> found = found(rooms.sizes(), rates::perSecond, question);
        List<Map<String, Object>> rows = first(question.limit(), found.stream(), Sized.order(question)).stream()
                .map(room -> Map.<String, Object>of(
                        "node",
                        cluster.node(),
                        "room",
                        room.name(),
                        "members",
                        room.size(),
                        "perSecond",
                        room.perSecond()))
                .toList();
        return new ClusterQuery.Rows(rows, found.size());
    }

    private ClusterQuery.Rows users(ClusterQuery.Question question) {
        Map<String, Integer> counts = new HashMap<>();
        connections
                .all()
                .map(connection -> connection.peer().user())
                .filter(user -> !user.isEmpty())
                .forEach(user -> counts.merge(user, 1, Integer::sum));
        List<Sized> found = found(counts, user -> 0, question);
        List<Map<String, Object>> rows = first(question.limit(), found.stream(), Sized.order(question)).stream()
                .map(user ->
                        Map.<String, Object>of("node", cluster.node(), "user", user.name(), "connections", user.size()))
                .toList();
        return new ClusterQuery.Rows(rows, found.size());
    }

    /** How often a user is connected whom a login or a token vouches for, and since when; no row if not at all. */
    private ClusterQuery.Rows user(String name) {
        List<Instant> since = connections
                .all()
                .filter(connection -> connection.peer().user().equals(name)
                        && Users.VOUCHED.contains(connection.peer().source()))
                .map(Connection::since)
                .sorted()
                .toList();
        List<Map<String, Object>> rows = since.isEmpty()
                ? List.of()
                : List.of(Map.of(
                        "connections", since.size(), "since", since.get(0).toString()));
        return new ClusterQuery.Rows(rows, since.size());
    }

    /** Handshakes that were refused and logins that failed, the last first. */
    private List<Map<String, Object>> refusals() {
        List<Map<String, Object>> rows = new ArrayList<>();
        Stream.concat(decisions.refusals().stream(), failedLogins.get().stream())
                .sorted(Comparator.comparing(Decisions.Refusal::at).reversed())
                .forEach(refusal -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("node", cluster.node());
                    row.put("at", refusal.at().toString());
                    row.put("status", refusal.outcome().status());
                    row.put("cause", refusal.outcome().cause());
                    row.put("address", refusal.address());
                    rows.add(row);
                });
        return rows;
    }

    public Map<String, Object> blocks() {
        return Map.of(
                "blocks",
                cluster.blocks().all().stream()
                        .map(block -> {
                            Map<String, Object> row = block.target().words();
                            row.put("until", block.until().toString());
                            return row;
                        })
                        .toList());
    }

    public Map<String, Object> settings() {
        return Map.of("settings", settings);
    }

    private List<Map<String, Object>> audits(int limit) {
        return audit.newestFirst(limit).stream()
                .map(entry -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("at", entry.at().toString());
                    row.put("who", entry.who());
                    row.put("what", entry.what());
                    row.put("node", entry.node());
                    row.put("result", entry.result());
                    return row;
                })
                .toList();
    }
}
