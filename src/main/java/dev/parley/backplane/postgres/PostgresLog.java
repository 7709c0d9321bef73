package dev.parley.backplane.postgres;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.Keep;
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
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The logs in PostgreSQL. Every call is a transaction of its own. */
final class PostgresLog implements Link.Log {
    private static final int MAX_KNOWN_ROOMS = 100_000;
    private static final String NO_ROW_YET = "PA001";

    /** Of a room {@code r}, by four arguments, of which the first says whether there are limits. */
    private static final String FLOOR = "CASE WHEN ? THEN parley_floor(r.room, ?, ?, ?) ELSE r.floor END";

    private static final String ENTRY = "e.epoch, e.seq, e.message, e.at, CASE WHEN e.fits THEN e.data END";

    /** Sizes are summed up where the rows are; what is beyond the bounds comes without its data, and says that there are more. */
    private static final String FITS = "row_number() OVER o <= ? AND (sum(octet_length(x.data)) OVER o <= ?"
            + " OR (? AND row_number() OVER o = 1)) AS fits";

    private static final String APPEND = "SELECT ord, epoch, seq, message FROM parley_append(?, ?, ?, ?, ?, ?, ?)";

    /**
     * Leaves out what comes after a key that is not known. Looks before the rooms are locked: what is known by then stays known,
     * and what becomes known meanwhile is refused in vain at most.
     */
    private static final String APPEND_AFTER = """
            WITH call AS (SELECT ?::text AS run, ?::text AS nonce, ?::bigint AS keep),
            fit AS (
                SELECT x.* FROM unnest(?::text[], ?::bytea[], ?::text[], ?::bytea[], ?::bytea[])
                    WITH ORDINALITY x (room, key, message, data, required, ord)
                WHERE x.required IS NULL
                    OR EXISTS (SELECT 1 FROM parley_entry e WHERE e.room = x.room
                        AND e.key = ANY (ARRAY[x.required, sha256(x.required), x.key, sha256(x.key)]))
            ),
            kept AS (
                SELECT array_agg(room ORDER BY ord) AS rooms, array_agg(key ORDER BY ord) AS keys,
                    array_agg(message ORDER BY ord) AS messages, array_agg(data ORDER BY ord) AS datas,
                    array_agg(ord ORDER BY ord) AS ords
                FROM fit
            )
            SELECT kept.ords[a.ord], a.epoch, a.seq, a.message
            FROM call, kept, parley_append(run, nonce, keep, rooms, keys, messages, datas) a
            """;

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
            return makeAndStore(batch);
        } catch (SQLException e) {
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

    /** One call is one transaction. */
    @Override
    public List<Position> appendTogether(List<Link.Proposal> all) throws LinkException {
        try {
            return makeAndStore(all).stream()
                    .map(outcome -> outcome.stored().orElseThrow())
                    .toList();
        } catch (SQLException e) {
            throw PostgresEngine.failure(e);
        }
    }

    /** Once more if a room has been deleted since it was seen, which is nobody's fault: what nobody speaks in expires. */
    private List<Link.Outcome> makeAndStore(List<Link.Proposal> batch) throws LinkException, SQLException {
        for (boolean isSecondTime = false; ; isSecondTime = true) {
            makeRows(batch);
            try {
                return store(batch);
            } catch (SQLException e) {
                if (!NO_ROW_YET.equals(e.getSQLState())) {
                    throw e;
                }
                known.clear();
                if (isSecondTime) {
                    throw PostgresEngine.lost(e);
                }
            }
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
        List<@Nullable String> required = required(batch);
        boolean isConditional = required.stream().anyMatch(Objects::nonNull);
        List<Object> arguments = arguments(batch);
        if (isConditional) {
            arguments.add(sql.bytes(required.stream().map(PostgresLog::bytes)));
        }
        List<Link.Outcome> outcomes = new ArrayList<>(Collections.nCopies(batch.size(), Link.Outcome.outOfOrder()));
        int stored = sql.query(
                isConditional ? APPEND_AFTER : APPEND,
                found -> {
                    int rows = 0;
                    for (; found.next(); rows++) {
                        outcomes.set((int) found.getLong(1) - 1, Link.Outcome.stored(position(found, 2)));
                    }
                    return rows;
                },
                arguments.toArray());
        if (!isConditional && stored != batch.size()) {
            throw new SQLException("stored " + stored + " of " + batch.size(), "XX000");
        }
        return outcomes;
    }

    /**
     * The key that must be known already for each of them to be stored, or null. What comes after another one of the batch is
     * stored if that one is.
     */
    private static List<@Nullable String> required(List<Link.Proposal> batch) {
        Map<String, Optional<String>> ofBatch = new HashMap<>();
        List<@Nullable String> required = new ArrayList<>();
        for (Link.Proposal proposal : batch) {
            String room = proposal.room().name() + ' ';
            Optional<String> after = Optional.ofNullable(proposal.after());
            Optional<String> key = after.flatMap(before -> ofBatch.getOrDefault(room + before, after));
            ofBatch.put(room + proposal.draft().key(), key);
            required.add(key.orElse(null));
        }
        return required;
    }

    private static byte @Nullable [] bytes(@Nullable String key) {
        return key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    }

    /** Those of {@code parley_append}. */
    private List<Object> arguments(Collection<Link.Proposal> batch) throws LinkException {
        List<Object> arguments = new ArrayList<>();
        arguments.add(run);
        arguments.add(batch.stream().findFirst().map(Link.Proposal::message).orElse(""));
        arguments.add((long) entriesPerRoom);
        arguments.add(sql.texts(batch.stream().map(proposal -> proposal.room().name())));
        arguments.add(
                sql.bytes(batch.stream().map(proposal -> bytes(proposal.draft().key()))));
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
        Map<RoomId, Excerpt.State> states = states(after, bounds.keep(), isForFollowers);
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
            Position trimmed = page.trimmed; // between the two questions, as it may have grown
            Slice slice = new Slice(
                    page.entries,
                    trimmed == null
                            ? start.broken()
                            : Optional.of(start.broken().orElse(Break.Reason.TRIMMED)),
                    last.seq() > top.seq() ? last : top,
                    page.more);
            excerpts.put(room, new Excerpt(slice, trimmed == null ? start.from() : trimmed));
        });
        return excerpts;
    }

    private static Excerpt.State state(Map<RoomId, Excerpt.State> states, RoomId room) {
        return states.getOrDefault(room, new Excerpt.State(Position.ORIGIN, 0, OptionalLong.empty(), null));
    }

    private Map<RoomId, Excerpt.State> states(Map<RoomId, Position> after, Keep keep, boolean isForFollowers)
            throws LinkException {
        List<Map.Entry<RoomId, Position>> all = List.copyOf(after.entrySet());
        return sql.ask(
                """
                SELECT r.room, r.epoch, r.seq, r.message,
                    CASE WHEN ? THEN greatest(r.emptied,
                             coalesce((SELECT min(e.seq) FROM parley_entry e WHERE e.room = r.room) - 1, r.seq))
                         ELSE %s END,
                    (r.former ->> w.epoch)::bigint,
                    (SELECT e.message FROM parley_entry e WHERE e.room = w.room AND e.seq = w.seq)
                FROM unnest(?::text[], ?::text[], ?::bigint[]) w (room, epoch, seq)
                JOIN parley_room r ON r.room = w.room AND r.epoch <> ''
                """.formatted(FLOOR),
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
                keep.isLimited(),
                entries(keep),
                millis(keep),
                bytes(keep),
                sql.texts(all.stream().map(each -> each.getKey().name())),
                sql.texts(all.stream().map(each -> each.getValue().epoch())),
                sql.numbers(all.stream().map(each -> each.getValue().seq())));
    }

    /** Rows outlive the floor, so what is between the two questions trimmed is still found, though perhaps emptied. */
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
                "WITH r AS MATERIALIZED (SELECT " + FLOOR + " AS floor FROM parley_room r WHERE r.room = ?) SELECT "
                        + ENTRY
                        + " FROM (SELECT x.*, " + FITS
                        + " FROM (SELECT e.* FROM r JOIN parley_entry e ON e.seq > r.floor"
                        + " WHERE e.room = ? AND e.seq < ? ORDER BY e.seq DESC LIMIT ?) x"
                        + " WINDOW o AS (ORDER BY x.seq DESC)) e ORDER BY e.seq DESC",
                found -> {
                    Page page = new Page();
                    while (found.next()) {
                        page.add(found, 1);
                    }
                    return Slice.backwards(page.entries, page.more, top);
                },
                bounds.keep().isLimited(),
                entries(bounds.keep()),
                millis(bounds.keep()),
                bytes(bounds.keep()),
                room.name(),
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

    /** What does not count is null; and so for the others. */
    private static @Nullable Long entries(Keep keep) {
        return keep.entries() == Keep.ALL.entries() ? null : Long.valueOf(keep.entries());
    }

    private static @Nullable Long millis(Keep keep) {
        return keep.isTimed() ? Long.valueOf(keep.age().toMillis()) : null;
    }

    private static @Nullable Long bytes(Keep keep) {
        return keep.bytes() == Keep.ALL.bytes() ? null : Long.valueOf(keep.bytes());
    }

    @Override
    public Map<RoomId, Long> trim(Map<RoomId, Keep> rooms) throws LinkException {
        Map<RoomId, Long> later = new HashMap<>();
        for (Map.Entry<RoomId, Keep> room : rooms.entrySet()) { // one transaction each, which locks no other room
            Keep keep = room.getValue();
            Optional<Long> millis = sql.ask(
                    "SELECT parley_trim(?, ?, ?, ?, ?, ?)",
                    trimmed -> trimmed.next() ? Optional.ofNullable((Long) trimmed.getObject(1)) : Optional.empty(),
                    room.getKey().name(),
                    entries(keep),
                    millis(keep),
                    bytes(keep),
                    Backplane.DELIVERY.toMillis(),
                    DraftBytes.encode(Erasure.GONE));
            millis.ifPresent(more -> later.put(room.getKey(), more));
        }
        return later;
    }

    @Override
    public List<RoomId> rooms(String after, int limit) throws LinkException {
        return sql.ask(
                "SELECT room FROM parley_room WHERE room > ? ORDER BY room LIMIT ?",
                found -> {
                    List<RoomId> rooms = new ArrayList<>();
                    while (found.next()) {
                        rooms.add(new RoomId(found.getString(1)));
                    }
                    return rooms;
                },
                after,
                limit);
    }

    @Override
    public boolean erase(RoomId room, String message, String erasure) throws LinkException {
        Draft draft = Erasure.of(message);
        return sql.ask(
                "SELECT parley_erase(?, ?, ?, ?, ?, ?, ?, ?)",
                erased -> erased.next() && erased.getBoolean(1),
                run,
                erasure,
                (long) entriesPerRoom,
                room.name(),
                message,
                DraftBytes.encode(Erasure.HOLE),
                draft.key().getBytes(StandardCharsets.UTF_8),
                DraftBytes.encode(draft));
    }

    private static Position position(ResultSet found, int column) throws SQLException {
        return new Position(found.getString(column), found.getLong(column + 1), found.getString(column + 2));
    }

    /** What was found of one log, in the order of reading. */
    private static final class Page {
        private final List<Entry> entries = new ArrayList<>();
        private boolean more;
        private @Nullable Position trimmed; // of the last entry of which nothing was there any more

        void add(ResultSet found, int column) throws SQLException {
            byte[] data = found.getBytes(column + 4);
            if (data == null) {
                more = true;
                return;
            }
            Draft draft = DraftBytes.decode(ByteBuffer.wrap(data));
            if (draft.equals(Erasure.GONE)) {
                trimmed = position(found, column);
                return;
            }
            entries.add(new Entry(
                    position(found, column),
                    draft,
                    found.getTimestamp(column + 3).toInstant()));
        }
    }
}
