package dev.parley.backplane.postgres;

import dev.parley.backplane.Backplane;
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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The logs in PostgreSQL. Every call is a transaction of its own. */
final class PostgresLog implements Link.Log {
    /** Of a room {@code r}, by four arguments, of which the first says whether there are limits. */
    private static final String FLOOR = "CASE WHEN ? THEN parley_floor(r.room, ?, ?, ?) ELSE r.floor END";

    private static final String ENTRY = "e.epoch, e.seq, e.message, e.at, CASE WHEN e.fits THEN e.data END";

    /** Sizes are summed up where the rows are; what is beyond the bounds comes without its data, and says that there are more. */
    private static final String FITS = "row_number() OVER o <= ? AND (sum(octet_length(x.data)) OVER o <= ?"
            + " OR (? AND row_number() OVER o = 1)) AS fits";

    private final Sql sql;
    private final PostgresAppends appends;

    PostgresLog(Sql sql, PostgresAppends appends) {
        this.sql = sql;
        this.appends = appends;
    }

    @Override
    public List<Link.Outcome> append(List<Link.Proposal> batch) throws LinkException {
        return appends.append(batch);
    }

    @Override
    public List<Position> appendTogether(List<Link.Proposal> all) throws LinkException {
        return appends.appendTogether(all);
    }

    @Override
    public boolean erase(RoomId room, String message, String erasure) throws LinkException {
        return appends.erase(room, message, erasure);
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
                sql.texts(rooms.stream().map(RoomId::name)));
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
    /** Of three columns. */
    static Position position(ResultSet found, int column) throws SQLException {
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
