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
import java.sql.ResultSet;
import java.sql.SQLException;
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

/** The logs in PostgreSQL. Every call is a transaction of its own. */
final class PostgresLog implements Link.Log {
    private static final int MAX_KNOWN_ROOMS = 100_000;
    private static final String NO_ROW_YET = "PA001";
    private static final String ENTRY = "e.epoch, e.seq, e.message, e.at, CASE WHEN e.fits THEN e.data END";

    /** Sizes are summed up where the rows are; what is beyond the bounds comes without its data, and says that there are more. */
    private static final String FITS = "row_number() OVER o <= ? AND (sum(octet_length(x.data)) OVER o <= ?"
            + " OR (? AND row_number() OVER o = 1)) AS fits";

    private static final String MOVE = """
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
                RETURNING why
            ),
            kept AS (
                SELECT array_agg(f.room ORDER BY f.id) AS rooms, array_agg(f.key ORDER BY f.id) AS keys,
                    array_agg(f.message ORDER BY f.id) AS messages, array_agg(f.data ORDER BY f.id) AS datas
                FROM found f JOIN gone USING (id)
            )
            SELECT turn.ours, ARRAY(SELECT why FROM aside),
                ARRAY(SELECT concat_ws(' ', a.epoch, a.seq, a.message)
                      FROM parley_append(run, nonce, keep, rooms, keys, messages, datas) a ORDER BY a.ord)
            FROM turn, call, kept
            """;

    private final Sql sql;
    private final String run;
    private final int entriesPerRoom;
    private final Set<RoomId> known = new HashSet<>(); // rooms that have a row

    PostgresLog(Connection connection, String run, int entriesPerRoom) {
        this.sql = new Sql(connection);
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
            throw PostgresEngine.failure(e);
        } catch (BackplaneException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    private void makeRows(Collection<Link.Proposal> batch) throws LinkException {
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
            sql.run(
                    "INSERT INTO parley_room (room)"
                            + " SELECT unnest(?::text[]) AS name ORDER BY name ON CONFLICT DO NOTHING",
                    names(missing));
            known.addAll(missing);
        }
    }

    private List<Link.Outcome> store(List<Link.Proposal> batch) throws SQLException, LinkException {
        List<Link.Outcome> outcomes = sql.query(
                "SELECT epoch, seq, message FROM parley_append(?, ?, ?, ?, ?, ?, ?) ORDER BY ord",
                stored -> {
                    List<Link.Outcome> all = new ArrayList<>();
                    while (stored.next()) {
                        all.add(Link.Outcome.stored(position(stored, 1)));
                    }
                    return all;
                },
                arguments(batch).toArray());
        if (outcomes.size() != batch.size()) {
            throw new SQLException("stored " + outcomes.size() + " of " + batch.size(), "XX000");
        }
        return outcomes;
    }

    /** Those of {@code parley_append}. */
    private List<Object> arguments(Collection<Link.Proposal> batch) throws LinkException {
        List<Object> arguments = new ArrayList<>();
        arguments.add(run);
        arguments.add(batch.stream().findFirst().map(Link.Proposal::message).orElse(""));
        arguments.add((long) entriesPerRoom);
        arguments.add(sql.texts(batch.stream().map(proposal -> proposal.room().name())));
        arguments.add(
                sql.bytes(batch.stream().map(proposal -> proposal.draft().key().getBytes(StandardCharsets.UTF_8))));
        arguments.add(sql.texts(batch.stream().map(Link.Proposal::message)));
        arguments.add(sql.bytes(batch.stream().map(proposal -> DraftBytes.encode(proposal.draft()))));
        return arguments;
    }

    /**
     * Stores what was found in the outbox, puts aside what is refused, and takes both out of it, by their ids: those that are still
     * there. One statement, so that all of it happens or nothing.
     *
     * @return what has become of it, of which there may be more; nothing, if another node is doing so, and then nothing has happened
     */
    Optional<Link.TakenIn> move(Map<Long, Link.Proposal> accepted, Map<Long, String> refused) throws LinkException {
        makeRows(accepted.values());
        List<Object> arguments = arguments(accepted.values());
        arguments.add(sql.numbers(accepted.keySet().stream()));
        arguments.add(sql.numbers(refused.keySet().stream()));
        arguments.add(sql.texts(refused.values().stream()));
        boolean isDone = false;
        try {
            Optional<Link.TakenIn> taken = sql.ask(
                    MOVE,
                    moved -> moved.next() && moved.getBoolean(1)
                            ? Optional.of(new Link.TakenIn(
                                    true,
                                    List.of((String[]) moved.getArray(2).getArray()),
                                    stored(accepted.values(), (String[])
                                            moved.getArray(3).getArray())))
                            : Optional.empty(),
                    arguments.toArray());
            isDone = true;
            return taken;
        } finally {
            if (!isDone) {
                known.clear(); // somebody may have deleted a room
            }
        }
    }

    /** Those that stand under their own id; the others were there before. */
    private static List<Link.Stored> stored(Collection<Link.Proposal> proposals, String[] positions) {
        Map<String, Link.Proposal> byMessage = new HashMap<>();
        proposals.forEach(proposal -> byMessage.put(proposal.message(), proposal));
        List<Link.Stored> stored = new ArrayList<>();
        for (String position : positions) {
            String[] part = position.split(" ", 3);
            Link.Proposal proposal = byMessage.get(part[2]);
            if (proposal != null) {
                Position at = new Position(part[0], Long.parseLong(part[1]), part[2]);
                stored.add(new Link.Stored(proposal.room(), at, proposal.draft()));
            }
        }
        return stored;
    }

    @Override
    public Map<RoomId, Position> tops(Set<RoomId> rooms) throws LinkException {
        Map<RoomId, Position> tops = new HashMap<>();
        rooms.forEach(room -> tops.put(room, Position.ORIGIN));
        return sql.ask(
                "SELECT room, epoch, seq, message FROM parley_room WHERE room = ANY (?) AND epoch <> ''",
                found -> {
                    while (found.next()) {
                        tops.put(new RoomId(found.getString(1)), position(found, 2));
                    }
                    return tops;
                },
                names(rooms));
    }

    @Override
    public Map<RoomId, Excerpt> read(Map<RoomId, Position> after, Link.Bounds bounds, boolean isForFollowers)
            throws LinkException {
        Map<RoomId, Excerpt.State> states = states(after, isForFollowers);
        Map<RoomId, Excerpt.Start> starts = new HashMap<>();
        after.forEach((room, position) -> starts.put(room, state(states, room).startAfter(position)));
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
    }

    private static Excerpt.State state(Map<RoomId, Excerpt.State> states, RoomId room) {
        return states.getOrDefault(room, new Excerpt.State(Position.ORIGIN, 0, OptionalLong.empty(), null));
    }

    private Map<RoomId, Excerpt.State> states(Map<RoomId, Position> after, boolean isForFollowers)
            throws LinkException {
        List<Map.Entry<RoomId, Position>> all = List.copyOf(after.entrySet());
        return sql.ask(
                """
                SELECT r.room, r.epoch, r.seq, r.message,
                    CASE WHEN ? THEN coalesce((SELECT min(e.seq) FROM parley_entry e WHERE e.room = r.room) - 1, r.seq)
                         ELSE r.floor END,
                    (r.former ->> w.epoch)::bigint,
                    (SELECT e.message FROM parley_entry e WHERE e.room = w.room AND e.seq = w.seq)
                FROM unnest(?::text[], ?::text[], ?::bigint[]) w (room, epoch, seq)
                JOIN parley_room r ON r.room = w.room AND r.epoch <> ''
                """,
                found -> {
                    Map<RoomId, Excerpt.State> states = new HashMap<>();
                    while (found.next()) {
                        long floor = found.getLong(5);
                        long ended = found.getLong(6);
                        OptionalLong end = found.wasNull() ? OptionalLong.empty() : OptionalLong.of(ended);
                        states.put(
                                new RoomId(found.getString(1)),
                                new Excerpt.State(position(found, 2), floor, end, found.getString(7)));
                    }
                    return states;
                },
                isForFollowers,
                sql.texts(all.stream().map(each -> each.getKey().name())),
                sql.texts(all.stream().map(each -> each.getValue().epoch())),
                sql.numbers(all.stream().map(each -> each.getValue().seq())));
    }

    /** Rows outlive the floor, so what is between the two questions trimmed is still found. */
    private Map<RoomId, Page> pages(Map<RoomId, Excerpt.Start> starts, Link.Bounds bounds) throws LinkException {
        List<Map.Entry<RoomId, Excerpt.Start>> all = List.copyOf(starts.entrySet());
        return sql.ask(
                "SELECT w.room, " + ENTRY
                        + " FROM unnest(?::text[], ?::bigint[]) w (room, seq) CROSS JOIN LATERAL (SELECT x.*, " + FITS
                        + " FROM (SELECT * FROM parley_entry x WHERE x.room = w.room AND x.seq > w.seq ORDER BY x.seq LIMIT ?) x"
                        + " WINDOW o AS (ORDER BY x.seq)) e ORDER BY w.room, e.seq",
                found -> {
                    Map<RoomId, Page> pages = new HashMap<>();
                    while (found.next()) {
                        RoomId room = new RoomId(found.getString(1));
                        pages.computeIfAbsent(room, unused -> new Page()).add(found, 2);
                    }
                    return pages;
                },
                sql.texts(all.stream().map(each -> each.getKey().name())),
                sql.numbers(all.stream().map(each -> each.getValue().from().seq())),
                bounds.entries(),
                bounds.bytes(),
                bounds.isOneAtLeast(),
                bounds.entries() + 1L);
    }

    @Override
    public Slice readBefore(RoomId room, long seq, Link.Bounds bounds) throws LinkException {
        Position top = Objects.requireNonNull(tops(Set.of(room)).get(room));
        if (bounds.entries() == 0) {
            return Slice.backwards(List.of(), false, top);
        }
        return sql.ask(
                "SELECT " + ENTRY + " FROM (SELECT x.*, " + FITS
                        + " FROM (SELECT e.* FROM parley_entry e JOIN parley_room r ON r.room = e.room"
                        + " WHERE e.room = ? AND e.seq < ? AND e.seq > r.floor ORDER BY e.seq DESC LIMIT ?) x"
                        + " WINDOW o AS (ORDER BY x.seq DESC)) e ORDER BY e.seq DESC",
                found -> {
                    Page page = new Page();
                    while (found.next()) {
                        page.add(found, 1);
                    }
                    return Slice.backwards(page.entries, page.more, top);
                },
                bounds.entries(),
                bounds.bytes(),
                bounds.isOneAtLeast(),
                room.name(),
                seq,
                bounds.entries() + 1L);
    }

    private Array names(Collection<RoomId> rooms) throws LinkException {
        return sql.texts(rooms.stream().map(RoomId::name));
    }

    /** An entry that is stored at the same moment is below the floor all the same, and goes with the next trimming. */
    @Override
    public Position purge(RoomId room) throws LinkException {
        return sql.ask("""
                WITH top AS (UPDATE parley_room SET floor = seq WHERE room = ? RETURNING room, epoch, seq, message),
                gone AS (DELETE FROM parley_entry e USING top WHERE e.room = top.room AND e.seq <= top.seq)
                SELECT epoch, seq, message FROM top
                """, top -> top.next() ? position(top, 1) : Position.ORIGIN, room.name());
    }

    private static Position position(ResultSet found, int column) throws SQLException {
        return new Position(found.getString(column), found.getLong(column + 1), found.getString(column + 2));
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
            entries.add(new Entry(
                    position(found, column),
                    DraftBytes.decode(ByteBuffer.wrap(data)),
                    found.getTimestamp(column + 3).toInstant()));
        }
    }
}
