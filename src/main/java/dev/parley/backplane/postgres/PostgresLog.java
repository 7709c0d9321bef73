package dev.parley.backplane.postgres;

import dev.parley.backplane.BackplaneException;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The logs in PostgreSQL. Every call is a transaction of its own. */
final class PostgresLog implements Link.Log {
    private static final int MAX_KNOWN_ROOMS = 100_000;
    private static final String NO_ROW_YET = "PA001";
    private static final String ENTRY = "e.seq, e.epoch, e.message, e.at, CASE WHEN e.fits THEN e.data END";

    /** Sizes are summed up where the rows are; what is beyond the bounds comes without its data, and says that there are more. */
    private static final String FITS = "row_number() OVER o <= ? AND (sum(octet_length(x.data)) OVER o <= ?"
            + " OR (? AND row_number() OVER o = 1)) AS fits";

    private final Connection connection;
    private final String run;
    private final int entriesPerRoom;
    private final Set<RoomId> known = new HashSet<>(); // rooms that have a row

    PostgresLog(Connection connection, String run, int entriesPerRoom) {
        this.connection = connection;
        this.run = run;
        this.entriesPerRoom = entriesPerRoom;
    }

    @Override
    public List<Link.Outcome> append(List<Link.Proposal> batch) throws LinkException {
        try {
            makeRows(batch);
            return store(batch);
        } catch (SQLException e) {
            if (NO_ROW_YET.equals(e.getSQLState())) { // somebody has deleted a room
                known.clear();
                throw PostgresEngine.lost(e);
            }
            String why = refusal(e);
            if (batch.size() == 1) {
                return List.of(Link.Outcome.refused(why));
            }
            int half = batch.size() / 2; // one that is refused must not take the others along
            List<Link.Outcome> outcomes = new ArrayList<>(append(batch.subList(0, half)));
            outcomes.addAll(append(batch.subList(half, batch.size())));
            return outcomes;
        }
    }

    private String refusal(SQLException e) throws LinkException {
        try {
            throw PostgresEngine.failure(connection, e);
        } catch (BackplaneException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    private void makeRows(Collection<Link.Proposal> batch) throws SQLException {
        if (known.size() > MAX_KNOWN_ROOMS) {
            known.clear();
        }
        Set<RoomId> missing = new HashSet<>();
        for (Link.Proposal proposal : batch) {
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

    private List<Link.Outcome> store(List<Link.Proposal> batch) throws SQLException {
        List<Link.Outcome> outcomes = new ArrayList<>();
        try (PreparedStatement append = connection.prepareStatement(
                "SELECT epoch, seq, message FROM parley_append(?, ?, ?, ?, ?, ?, ?) ORDER BY ord")) {
            bind(append, batch);
            try (ResultSet stored = append.executeQuery()) {
                while (stored.next()) {
                    outcomes.add(Link.Outcome.stored(
                            new Position(stored.getString(1), stored.getLong(2), stored.getString(3))));
                }
            }
        }
        if (outcomes.size() != batch.size()) {
            throw new SQLException("stored " + outcomes.size() + " of " + batch.size(), "XX000");
        }
        return outcomes;
    }

    /** Sets the arguments of {@code parley_append}. */
    private void bind(PreparedStatement append, Collection<Link.Proposal> batch) throws SQLException {
        append.setString(1, run);
        append.setString(2, batch.stream().findFirst().map(Link.Proposal::message).orElse(""));
        append.setLong(3, entriesPerRoom);
        append.setArray(4, array("text", batch.stream().map(proposal -> proposal.room().name())));
        append.setArray(
                5, bytes(batch, proposal -> proposal.draft().key().getBytes(StandardCharsets.UTF_8)));
        append.setArray(6, array("text", batch.stream().map(Link.Proposal::message)));
        append.setArray(7, bytes(batch, proposal -> DraftBytes.encode(proposal.draft())));
    }

    private Array bytes(Collection<Link.Proposal> batch, Function<Link.Proposal, byte[]> part) throws SQLException {
        return connection.createArrayOf("bytea", batch.stream().map(part).toArray(byte[][]::new));
    }

    /**
     * Stores what was found in the outbox, puts aside what is refused, and takes both out of it, by their ids: those that are still
     * there. One statement, so that all of it happens or nothing.
     *
     * @return false, and nothing has happened, if another node is doing so
     */
    boolean move(Map<Long, Link.Proposal> accepted, Map<Long, String> refused) throws SQLException {
        makeRows(accepted.values());
        try (PreparedStatement move = connection.prepareStatement("""
                WITH call AS (SELECT ?::text AS run, ?::text AS nonce, ?::bigint AS keep),
                found AS (
                    SELECT * FROM unnest(?::text[], ?::bytea[], ?::text[], ?::bytea[], ?::bigint[])
                        x (room, key, message, data, id)
                ),
                refused AS (SELECT * FROM unnest(?::bigint[], ?::text[]) x (id, why)),
                turn AS MATERIALIZED (
                    SELECT pg_try_advisory_xact_lock(hashtext('parley_outbox'), 'parley_outbox'::regclass::oid::int) AS ours
                ),
                gone AS (
                    DELETE FROM parley_outbox o USING turn
                    WHERE turn.ours AND o.id IN (SELECT id FROM found UNION ALL SELECT id FROM refused)
                    RETURNING o.id, o.room, o.data, o.key
                ),
                aside AS (
                    INSERT INTO parley_refused (id, room, data, key, why)
                    SELECT g.id, g.room, g.data, g.key, r.why FROM gone g JOIN refused r USING (id)
                ),
                kept AS (
                    SELECT array_agg(f.room ORDER BY f.id) AS rooms, array_agg(f.key ORDER BY f.id) AS keys,
                        array_agg(f.message ORDER BY f.id) AS messages, array_agg(f.data ORDER BY f.id) AS datas
                    FROM found f JOIN gone USING (id)
                )
                SELECT turn.ours, (SELECT count(*) FROM parley_append(run, nonce, keep, rooms, keys, messages, datas))
                FROM turn, call, kept
                """)) {
            bind(move, accepted.values());
            move.setArray(8, array("bigint", accepted.keySet().stream()));
            move.setArray(9, array("bigint", refused.keySet().stream()));
            move.setArray(10, array("text", refused.values().stream()));
            try (ResultSet moved = move.executeQuery()) {
                return moved.next() && moved.getBoolean(1);
            }
        } catch (SQLException e) {
            known.clear(); // somebody may have deleted a room
            throw e;
        }
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
            throw PostgresEngine.failure(connection, e);
        }
        return tops;
    }

    @Override
    public Map<RoomId, Excerpt> read(Map<RoomId, Position> after, Link.Bounds bounds, boolean isForFollowers)
            throws LinkException {
        try {
            Map<RoomId, Excerpt.State> states = states(after, isForFollowers);
            Map<RoomId, Excerpt.Start> starts = new HashMap<>();
            after.forEach(
                    (room, position) -> starts.put(room, state(states, room).startAfter(position)));
            Map<RoomId, Page> pages = pages(starts, bounds);
            Map<RoomId, Excerpt> excerpts = new HashMap<>();
            starts.forEach((room, start) -> {
                Page page = pages.getOrDefault(room, new Page());
                Position top = state(states, room).top();
                Position last = page.entries.isEmpty()
                        ? top
                        : page.entries.get(page.entries.size() - 1).position();
                Slice slice = new Slice(
                        page.entries,
                        start.broken(),
                        last.seq() > top.seq() ? last : top, // it may have grown between the two questions
                        page.more);
                excerpts.put(room, new Excerpt(slice, start.from()));
            });
            return excerpts;
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
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
            select.setArray(3, array("text", positions.stream().map(Position::epoch)));
            select.setArray(4, array("bigint", positions.stream().map(Position::seq)));
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
    private Map<RoomId, Page> pages(Map<RoomId, Excerpt.Start> starts, Link.Bounds bounds) throws SQLException {
        List<RoomId> rooms = List.copyOf(starts.keySet());
        Map<RoomId, Page> pages = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT w.room, " + ENTRY
                + " FROM unnest(?::text[], ?::bigint[]) w (room, seq) CROSS JOIN LATERAL (SELECT x.*, " + FITS
                + " FROM (SELECT * FROM parley_entry x WHERE x.room = w.room AND x.seq > w.seq ORDER BY x.seq LIMIT ?) x"
                + " WINDOW o AS (ORDER BY x.seq)) e ORDER BY w.room, e.seq")) {
            select.setArray(1, names(rooms));
            select.setArray(
                    2,
                    array(
                            "bigint",
                            rooms.stream()
                                    .map(room -> Objects.requireNonNull(starts.get(room))
                                            .from()
                                            .seq())));
            select.setLong(3, bounds.entries());
            select.setLong(4, bounds.bytes());
            select.setBoolean(5, bounds.isOneAtLeast());
            select.setLong(6, bounds.entries() + 1L);
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    RoomId room = new RoomId(found.getString(1));
                    pages.computeIfAbsent(room, unused -> new Page()).add(found, 2);
                }
            }
        }
        return pages;
    }

    @Override
    public Slice readBefore(RoomId room, long seq, Link.Bounds bounds) throws LinkException {
        Position top = Objects.requireNonNull(tops(Set.of(room)).get(room));
        Page page = new Page();
        if (bounds.entries() > 0) {
            try (PreparedStatement select = connection.prepareStatement("SELECT " + ENTRY + " FROM (SELECT x.*, " + FITS
                    + " FROM (SELECT e.* FROM parley_entry e JOIN parley_room r ON r.room = e.room"
                    + " WHERE e.room = ? AND e.seq < ? AND e.seq > r.floor ORDER BY e.seq DESC LIMIT ?) x"
                    + " WINDOW o AS (ORDER BY x.seq DESC)) e ORDER BY e.seq DESC")) {
                select.setLong(1, bounds.entries());
                select.setLong(2, bounds.bytes());
                select.setBoolean(3, bounds.isOneAtLeast());
                select.setString(4, room.name());
                select.setLong(5, seq);
                select.setLong(6, bounds.entries() + 1L);
                try (ResultSet found = select.executeQuery()) {
                    while (found.next()) {
                        page.add(found, 1);
                    }
                }
            } catch (SQLException e) {
                throw PostgresEngine.failure(connection, e);
            }
        }
        return Slice.backwards(page.entries, page.more, top);
    }

    private Array names(Collection<RoomId> rooms) throws SQLException {
        return array("text", rooms.stream().map(RoomId::name));
    }

    private Array array(String type, Stream<?> elements) throws SQLException {
        return connection.createArrayOf(type, elements.toArray());
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
            throw PostgresEngine.failure(connection, e);
        }
    }

    /** What was found of one log, in the order of reading. */
    private static final class Page {
        private final List<Entry> entries = new ArrayList<>();
        private boolean more;

        void add(ResultSet found, int column) throws SQLException {
            byte[] data = found.getBytes(column + 4);
            if (data == null) {
                more = true;
                return;
            }
            Position position =
                    new Position(found.getString(column + 1), found.getLong(column), found.getString(column + 2));
            entries.add(new Entry(
                    position,
                    DraftBytes.decode(ByteBuffer.wrap(data)),
                    found.getTimestamp(column + 3).toInstant()));
        }
    }
}
