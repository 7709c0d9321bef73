package dev.parley.backplane.postgres;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.DraftBytes;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.nio.charset.StandardCharsets;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is added to the logs in PostgreSQL: numbered and stored in one statement, in rows for their rooms that are made when they are missing. */
final class PostgresAppends {
    private static final int MAX_KNOWN_ROOMS = 100_000;
    private static final String NO_ROW_YET = "PA001";

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

    PostgresAppends(Sql sql, String run, int entriesPerRoom) {
        this.sql = sql;
        this.run = run;
        this.entriesPerRoom = entriesPerRoom;
    }

    /** As {@link Link.Log#append}. */
    List<Link.Outcome> append(List<Link.Proposal> batch) throws LinkException {
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

    /** As {@link Link.Log#appendTogether}: one call is one transaction. */
    List<Position> appendTogether(List<Link.Proposal> all) throws LinkException {
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
                    sql.texts(missing.stream().map(RoomId::name)));
            known.addAll(missing);
        }
    }

    private List<Link.Outcome> store(List<Link.Proposal> batch) throws SQLException, LinkException {
        List<@Nullable String> required = required(batch);
        boolean isConditional = required.stream().anyMatch(Objects::nonNull);
        List<Object> arguments = arguments(batch);
        if (isConditional) {
            arguments.add(sql.bytes(required.stream().map(PostgresAppends::bytes)));
        }
        List<Link.Outcome> outcomes = new ArrayList<>(Collections.nCopies(batch.size(), Link.Outcome.outOfOrder()));
        int stored = sql.query(
                isConditional ? APPEND_AFTER : APPEND,
                found -> {
                    int rows = 0;
                    for (; found.next(); rows++) {
                        outcomes.set((int) found.getLong(1) - 1, Link.Outcome.stored(PostgresLog.position(found, 2)));
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
     * @param isMore whether there was more
     * @return what has become of it; nothing, if another node is doing so, and then nothing has happened
     */
    Optional<Link.TakenIn> move(Map<Long, Link.Proposal> accepted, Map<Long, String> refused, boolean isMore)
            throws LinkException {
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
                                    isMore,
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
    /** As {@link Link.Log#erase}. */
    boolean erase(RoomId room, String message, String erasure) throws LinkException {
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
}
