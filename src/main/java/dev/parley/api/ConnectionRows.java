package dev.parley.api;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Figures;
import dev.parley.handshake.Network;
import dev.parley.room.Rooms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Rows that operators see of this node's connections: those that are open, and those that were ended lately. Thread-safe. */
record ConnectionRows(ConnectionManager connections, Rooms rooms, String node) {
    private static final int MAX_NAMED = 10; // rooms and events, because a row has to fit into a word between nodes

    /** Those with the most waiting first; an empty filter is none. */
    ClusterQuery.Rows first(ClusterQuery.Question question) {
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
        List<Map<String, Object>> rows = Views.first(
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

    /** One connection, with its rooms and what happened on it lately; or how it ended; or nothing. */
    ClusterQuery.Rows one(String id) {
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

    /** How often a user is connected whom a login or a token vouches for, and since when; no row if not at all. */
    ClusterQuery.Rows of(String name) {
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

    /** Connections that were ended on this side, the last first. */
    List<Map<String, Object>> ended() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Figures.Ended ended : connections.tally().endedLately()) {
            Map<String, Object> row = row(ended.id(), ended.peer(), ended.since());
            row.put("ended", ended.at().toString());
            row.put("cause", ended.cause());
            row.put("dropped", ended.dropped());
            rows.add(row);
        }
        Collections.reverse(rows);
        return rows;
    }

    private Map<String, Object> row(Figures figures) {
        Map<String, Object> row = row(figures.id(), figures.peer(), figures.since());
        row.put("messagesIn", figures.traffic().messagesIn());
        row.put("bytesIn", figures.traffic().bytesIn());
        row.put("messagesOut", figures.traffic().messagesOut());
        row.put("bytesOut", figures.traffic().bytesOut());
        row.put("waiting", figures.waiting());
        row.put("waitingBytes", figures.waitingBytes());
        row.put("stalledMillis", figures.stalled().toMillis());
        row.put("quietMillis", figures.quiet().toMillis());
        row.put(
                "roundTripMicros",
                figures.roundTrip().map(ConnectionRows::micros).orElse(-1L));
        row.put("dropped", figures.dropped());
        row.put("expires", figures.expires().map(Instant::toString).orElse(""));
        return row;
    }

    private Map<String, Object> row(String id, Figures.Peer peer, Instant since) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("node", node);
        row.put("connection", id);
        row.put("user", peer.user());
        row.put("source", peer.source());
        row.put("address", peer.address());
        row.put("endpoint", peer.endpoint());
        row.put("since", since.toString());
        return row;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
