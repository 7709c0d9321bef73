package dev.parley.backplane.postgres;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.backplane.engine.DraftBytes;
import dev.parley.backplane.engine.Excerpt;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What a node asks of PostgreSQL. Every call is a transaction of its own. */
final class PostgresLink implements Link {
    private static final int MAX_KNOWN_ROOMS = 100_000;
    private static final int TRIMMED_AT_ONCE = 5_000;
    private static final String NO_ROW_YET = "PA001";
    private static final Set<String> RETRIED = Set.of("40001", "40P01", "25006", "55P03"); // and classes 08 and 57
    private static final String ENTRY = "e.seq, e.epoch, e.message, e.at, e.data";

    private final Connection connection;
    private final PostgresPresence presence;
    private final PostgresShelf shelf;
    private final String run;
    private final int entriesPerRoom;
    private final Set<RoomId> known = new HashSet<>(); // rooms that have a row

    PostgresLink(Connection connection, String run, int entriesPerRoom) {
        this.connection = connection;
        this.presence = new PostgresPresence(connection);
        this.shelf = new PostgresShelf(connection);
        this.run = run;
        this.entriesPerRoom = entriesPerRoom;
    }

    @Override
    public List<Outcome> append(List<Proposal> batch) throws LinkException {
        try {
            makeRows(batch);
            return store(batch);
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            if (state.equals(NO_ROW_YET)) { // somebody has deleted a room
                known.clear();
                throw PostgresEngine.lost(e);
            }
            if (RETRIED.contains(state)
                    || state.startsWith("08")
                    || state.startsWith("57")
                    || e.getSQLState() == null) {
                throw PostgresEngine.lost(e);
            }
            if (batch.size() == 1) {
                return List.of(Outcome.refused("PostgreSQL: state " + state));
            }
            int half = batch.size() / 2; // one that is refused must not take the others along
            List<Outcome> outcomes = new ArrayList<>(append(batch.subList(0, half)));
            outcomes.addAll(append(batch.subList(half, batch.size())));
            return outcomes;
        }
    }

    private void makeRows(List<Proposal> batch) throws SQLException {
        if (known.size() > MAX_KNOWN_ROOMS) {
            known.clear();
        }
        Set<RoomId> missing = new HashSet<>();
        for (Proposal proposal : batch) {
            if (!known.contains(proposal.room())) {
                missing.add(proposal.room());
            }
        }
        if (!missing.isEmpty()) {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO parley_room (room)"
                    + " SELECT unnest(?::text[]) AS name ORDER BY name ON CONFLICT DO NOTHING")) {
                insert.setArray(1, names(missing));
                insert.executeUpdate();
            }
            known.addAll(missing);
        }
    }

    private List<Outcome> store(List<Proposal> batch) throws SQLException {
        int size = batch.size();
        String[] rooms = new String[size];
        byte[][] keys = new byte[size][];
        String[] messages = new String[size];
        byte[][] datas = new byte[size][];
        for (int i = 0; i < size; i++) {
            Proposal proposal = batch.get(i);
            rooms[i] = proposal.room().name();
            keys[i] = proposal.draft().key().getBytes(StandardCharsets.UTF_8);
            messages[i] = proposal.message();
            datas[i] = DraftBytes.encode(proposal.draft());
        }
        List<Outcome> outcomes = new ArrayList<>();
        try (PreparedStatement append = connection.prepareStatement(
                "SELECT epoch, seq, message FROM parley_append(?, ?, ?, ?, ?, ?, ?) ORDER BY ord")) {
            append.setString(1, run);
            append.setString(2, messages[0]);
            append.setLong(3, entriesPerRoom);
            append.setArray(4, connection.createArrayOf("text", rooms));
            append.setArray(5, connection.createArrayOf("bytea", keys));
            append.setArray(6, connection.createArrayOf("text", messages));
            append.setArray(7, connection.createArrayOf("bytea", datas));
            try (ResultSet stored = append.executeQuery()) {
                while (stored.next()) {
                    outcomes.add(
                            Outcome.stored(new Position(stored.getString(1), stored.getLong(2), stored.getString(3))));
                }
            }
        }
        if (outcomes.size() != size) {
            throw new SQLException("stored " + outcomes.size() + " of " + size, "XX000");
        }
        return outcomes;
    }

    @Override
    public Map<RoomId, Position> tops(Set<RoomId> rooms) throws LinkException {
        Map<RoomId, Position> tops = new HashMap<>();
        rooms.forEach(room -> tops.put(room, Position.ORIGIN));
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT room, epoch, seq, message FROM parley_room WHERE room = ANY (?) AND epoch <> ''")) {
            select.setArray(1, names(rooms));
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    tops.put(
                            new RoomId(found.getString(1)),
                            new Position(found.getString(2), found.getLong(3), found.getString(4)));
                }
            }
        } catch (SQLException e) {
            throw PostgresEngine.lost(e);
        }
        return tops;
    }

    @Override
    public Map<RoomId, Excerpt> read(Map<RoomId, Position> after, int limit, boolean isForFollowers)
            throws LinkException {
        try {
            Map<RoomId, Excerpt.State> states = states(after, isForFollowers);
            Map<RoomId, Excerpt.Start> starts = new HashMap<>();
            after.forEach(
                    (room, position) -> starts.put(room, state(states, room).startAfter(position)));
            Map<RoomId, List<Entry>> entries = entries(starts, limit);
            Map<RoomId, Excerpt> excerpts = new HashMap<>();
            starts.forEach((room, start) -> {
                List<Entry> found = entries.getOrDefault(room, List.of());
                int count = Math.min(limit, found.size());
                Position top = state(states, room).top();
                Position last =
                        found.isEmpty() ? top : found.get(found.size() - 1).position();
                Slice slice = new Slice(
                        found.subList(0, count),
                        start.broken(),
                        last.seq() > top.seq() ? last : top, // it may have grown between the two questions
                        found.size() > count);
                excerpts.put(room, new Excerpt(slice, start.from()));
            });
            return excerpts;
        } catch (SQLException e) {
            throw PostgresEngine.lost(e);
        }
    }

    private static Excerpt.State state(Map<RoomId, Excerpt.State> states, RoomId room) {
        return states.getOrDefault(room, new Excerpt.State(Position.ORIGIN, 0, OptionalLong.empty(), null));
    }

    private Map<RoomId, Excerpt.State> states(Map<RoomId, Position> after, boolean isForFollowers) throws SQLException {
        List<RoomId> rooms = List.copyOf(after.keySet());
        List<Position> positions = rooms.stream()
                .map(room -> Objects.requireNonNull(after.get(room)))
                .toList();
        Map<RoomId, Excerpt.State> states = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT r.room, r.epoch, r.seq, r.message,
                    CASE WHEN ? THEN coalesce((SELECT min(e.seq) FROM parley_entry e WHERE e.room = r.room) - 1, r.seq)
                         ELSE r.floor END,
                    (r.former ->> w.epoch)::bigint,
                    (SELECT e.message FROM parley_entry e WHERE e.room = w.room AND e.seq = w.seq)
                FROM unnest(?::text[], ?::text[], ?::bigint[]) w (room, epoch, seq)
                JOIN parley_room r ON r.room = w.room AND r.epoch <> ''
                """)) {
            select.setBoolean(1, isForFollowers);
            select.setArray(2, names(rooms));
            select.setArray(
                    3,
                    connection.createArrayOf(
                            "text", positions.stream().map(Position::epoch).toArray()));
            select.setArray(
                    4,
                    connection.createArrayOf(
                            "bigint", positions.stream().map(Position::seq).toArray()));
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    Position top = new Position(found.getString(2), found.getLong(3), found.getString(4));
                    long floor = found.getLong(5);
                    long ended = found.getLong(6);
                    OptionalLong end = found.wasNull() ? OptionalLong.empty() : OptionalLong.of(ended);
                    states.put(new RoomId(found.getString(1)), new Excerpt.State(top, floor, end, found.getString(7)));
                }
            }
        }
        return states;
    }

    /** Rows outlive the floor, so what is between the two questions trimmed is still found. */
    private Map<RoomId, List<Entry>> entries(Map<RoomId, Excerpt.Start> starts, int limit) throws SQLException {
        List<RoomId> rooms = List.copyOf(starts.keySet());
        Map<RoomId, List<Entry>> entries = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT w.room, " + ENTRY
                + " FROM unnest(?::text[], ?::bigint[]) w (room, seq) CROSS JOIN LATERAL (SELECT * FROM parley_entry x"
                + " WHERE x.room = w.room AND x.seq > w.seq ORDER BY x.seq LIMIT ?) e ORDER BY w.room, e.seq")) {
            select.setArray(1, names(rooms));
            select.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint",
                            rooms.stream()
                                    .map(room -> Objects.requireNonNull(starts.get(room))
                                            .from()
                                            .seq())
                                    .toArray()));
            select.setLong(3, limit + 1L);
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    RoomId room = new RoomId(found.getString(1));
                    entries.computeIfAbsent(room, unused -> new ArrayList<>()).add(entry(found, 2));
                }
            }
        }
        return entries;
    }

    @Override
    public Slice readBefore(RoomId room, long seq, int limit) throws LinkException {
        Position top = Objects.requireNonNull(tops(Set.of(room)).get(room));
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT " + ENTRY + " FROM parley_entry e"
                + " JOIN parley_room r ON r.room = e.room WHERE e.room = ? AND e.seq < ? AND e.seq > r.floor"
                + " ORDER BY e.seq DESC LIMIT ?")) {
            select.setString(1, room.name());
            select.setLong(2, seq);
            select.setLong(3, limit + 1L);
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    entries.add(entry(found, 1));
                }
            }
        } catch (SQLException e) {
            throw PostgresEngine.lost(e);
        }
        return Slice.backwards(entries, limit, top);
    }

    private static Entry entry(ResultSet found, int column) throws SQLException {
        Position position =
                new Position(found.getString(column + 1), found.getLong(column), found.getString(column + 2));
        return new Entry(
                position,
                DraftBytes.decode(ByteBuffer.wrap(found.getBytes(column + 4))),
                found.getTimestamp(column + 3).toInstant());
    }

    private Array names(Collection<RoomId> rooms) throws SQLException {
        return connection.createArrayOf("text", rooms.stream().map(RoomId::name).toArray());
    }

    /** An entry that is stored at the same moment is below the floor all the same, and goes with the next trimming. */
    @Override
    public Position purge(RoomId room) throws LinkException {
        try (PreparedStatement purge = connection.prepareStatement("""
                WITH top AS (UPDATE parley_room SET floor = seq WHERE room = ? RETURNING room, epoch, seq, message),
                gone AS (DELETE FROM parley_entry e USING top WHERE e.room = top.room AND e.seq <= top.seq)
                SELECT epoch, seq, message FROM top
                """)) {
            purge.setString(1, room.name());
            try (ResultSet top = purge.executeQuery()) {
                return top.next() ? new Position(top.getString(1), top.getLong(2), top.getString(3)) : Position.ORIGIN;
            }
        } catch (SQLException e) {
            throw PostgresEngine.lost(e);
        }
    }

    @Override
    public boolean renew(String node, Duration lease) throws LinkException {
        return presence.renew(node, lease);
    }

    @Override
    public void move(String node, List<Move> moves) throws LinkException {
        presence.move(node, moves);
    }

    @Override
    public Map<String, Integer> members(RoomId room) throws LinkException {
        return presence.members(room);
    }

    @Override
    public Map<String, List<Move>> orphans() throws LinkException {
        return presence.orphans();
    }

    @Override
    public void bury(String node, boolean isOurs) throws LinkException {
        presence.bury(node, isOurs);
    }

    @Override
    public void keep(String key, String value, Duration life) throws LinkException {
        shelf.keep(key, value, life);
    }

    @Override
    public Optional<String> take(String key) throws LinkException {
        return shelf.take(key);
    }

    @Override
    public void say(String word) throws LinkException {
        presence.say(word);
    }

    /** Deletes what is below the floor and older than keys must be known; one node at a time, some rows at a time. */
    @Override
    public void tend() throws LinkException {
        shelf.tend();
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM parley_entry WHERE ctid = ANY (ARRAY(SELECT e.ctid FROM parley_entry e"
                    + " JOIN parley_room r ON r.room = e.room AND e.seq <= r.floor"
                    + " WHERE pg_try_advisory_xact_lock(hashtext('parley_trim')) AND e.at < now() - interval '"
                    + (Backplane.KEY_MEMORY.toSeconds() + 30) + " seconds' LIMIT " + TRIMMED_AT_ONCE + "))");
        } catch (SQLException e) {
            throw PostgresEngine.lost(e);
        }
    }

    @Override
    public void cut() {
        PostgresEngine.cut(connection);
    }

    @Override
    public void close() {
        PostgresEngine.close(connection);
    }
}
