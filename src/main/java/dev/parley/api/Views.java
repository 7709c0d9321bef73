package dev.parley.api;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Figures;
import dev.parley.handshake.Decisions;
import dev.parley.room.Rooms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What operators see, as trees that become JSON; the same over HTTP and in the console. It looks when it is asked, keeps nothing,
 * and shows no payload. Thread-safe.
 */
public final class Views {
    private final ConnectionManager connections;
    private final Rooms rooms;
    private final Decisions decisions;
    private final Cluster cluster;
    private final Audit audit;
    private final List<Map<String, Object>> settings;
    private final Supplier<Map<String, Object>> overview;

    /**
     * Views of these parts.
     *
     * @param settings the settings in effect, without secrets
     * @param overview how this node is doing
     */
    public Views(
            ConnectionManager connections,
            Rooms rooms,
            Decisions decisions,
            Cluster cluster,
            Audit audit,
            List<Map<String, Object>> settings,
            Supplier<Map<String, Object>> overview) {
        this.connections = connections;
        this.rooms = rooms;
        this.decisions = decisions;
        this.cluster = cluster;
        this.audit = audit;
        this.settings = List.copyOf(settings);
        this.overview = overview;
    }

    public Map<String, Object> overview() {
        return overview.get();
    }

    public Map<String, Object> nodes() {
        return Map.of("nodes", cluster.nodes());
    }

    /** Connections of this node, those with the most waiting first; an empty filter is none. */
    public Map<String, Object> connections(String user, String address, String room, int limit) {
        Set<String> inRoom = room.isEmpty() ? Set.of() : rooms.connectionsIn(room);
        Stream<Connection> found = connections
                .all()
                .filter(connection -> user.isEmpty() || connection.peer().user().equals(user))
                .filter(connection ->
                        address.isEmpty() || connection.peer().address().equals(address))
                .filter(connection -> room.isEmpty() || inRoom.contains(connection.id()));
        List<Map<String, Object>> rows = found.map(Connection::figures)
                .sorted(Comparator.comparingInt(Figures::waiting)
                        .reversed()
                        .thenComparing(Comparator.comparing(Figures::since).reversed()))
                .limit(limit)
                .map(Views::row)
                .toList();
        return Map.of("node", cluster.node(), "all", connections.count(), "connections", rows);
    }

    /** One connection, or nothing but its name when it is gone. */
    public Map<String, Object> connection(String id) {
        return connections
                .find(id)
                .map(Connection::figures)
                .map(Views::row)
                .orElseGet(() -> Map.of("connection", id, "gone", true));
    }

    static Map<String, Object> row(Figures figures) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("connection", figures.id());
        row.put("user", figures.peer().user());
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
        return row;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    /** The rooms of this node, the biggest first. */
    public Map<String, Object> rooms(int limit) {
        List<Map<String, Object>> rows = new ArrayList<>();
        rooms.biggest(limit).forEach((room, members) -> rows.add(Map.of("room", room, "members", members)));
        return Map.of("node", cluster.node(), "all", rooms.count(), "rooms", rows);
    }

    /** The users with the most connections on this node. */
    public Map<String, Object> users(int limit) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        connections
                .all()
                .map(connection -> connection.peer().user())
                .filter(user -> !user.isEmpty())
                .forEach(user -> counts.merge(user, 1, Integer::sum));
        List<Map<String, Object>> rows = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(limit)
                .map(entry -> Map.<String, Object>of("user", entry.getKey(), "connections", entry.getValue()))
                .toList();
        return Map.of("node", cluster.node(), "all", counts.size(), "users", rows);
    }

    public Map<String, Object> security() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Decisions.Refusal refusal : decisions.refusals()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("at", refusal.at().toString());
            row.put("status", refusal.outcome().status());
            row.put("cause", refusal.outcome().cause());
            row.put("address", refusal.address());
            rows.add(row);
        }
        Collections.reverse(rows);
        return Map.of("node", cluster.node(), "refusals", rows, "blocks", blockRows());
    }

    public Map<String, Object> blocks() {
        return Map.of("blocks", blockRows());
    }

    private List<Map<String, Object>> blockRows() {
        return cluster.blocks().all().stream()
                .map(block -> Map.<String, Object>of(
                        block.target().kind() == Blocks.Kind.USER ? "user" : "address",
                        block.target().value(),
                        "until",
                        block.until().toString()))
                .toList();
    }

    public Map<String, Object> settings() {
        return Map.of("settings", settings);
    }

    public Map<String, Object> audit() {
        return Map.of(
                "node",
                cluster.node(),
                "audit",
                audit.newestFirst().stream()
                        .map(entry -> {
                            Map<String, Object> row = new LinkedHashMap<>();
                            row.put("at", entry.at().toString());
                            row.put("who", entry.who());
                            row.put("what", entry.what());
                            row.put("node", entry.node());
                            row.put("result", entry.result());
                            return row;
                        })
                        .toList());
    }
}
