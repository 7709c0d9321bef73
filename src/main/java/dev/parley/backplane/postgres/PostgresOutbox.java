package dev.parley.backplane.postgres;

import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import dev.parley.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What applications have left in {@code parley_outbox}, taken into the logs, a batch at a time in the order of ids.
 *
 * <p>Ids are given before it is known who commits first, so there is no last id. What is known is: whatever was visible in
 * {@code snapshot}, up to the id {@code upTo}, has been taken. So a batch is looked for behind that id, and among transactions
 * that the snapshot did not see; rows that are deleted, but that somebody's open transaction keeps from being swept, are not
 * looked at again. Every now and then all is looked at, in case a row's transaction is not the one that wrote it.
 *
 * <p>Nothing is locked while rows are looked at. They are stored and deleted by one statement, by one node at a time.
 */
final class PostgresOutbox {
    private static final String AUTHOR = "system";
    private static final String OVER = "database";
    private static final int ROWS = 100;
    private static final int BYTES = 256 * 1024;
    private static final long ALL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final String NEXT = """
            WITH last AS (SELECT ?::pg_snapshot AS seen, ?::bigint AS id),
            next AS (
                (SELECT o.id FROM parley_outbox o WHERE o.id > (SELECT id FROM last) ORDER BY o.id LIMIT ?)
                UNION
                (SELECT o.id FROM parley_outbox o
                 WHERE o.xact >= (SELECT pg_snapshot_xmax(seen) FROM last)
                    OR o.xact = ANY (ARRAY(SELECT pg_snapshot_xip(seen) FROM last))
                 ORDER BY o.id LIMIT ?)
                ORDER BY id LIMIT ?
            ),
            texts AS (
                SELECT o.id, left(o.room, 101) AS room, left(o.key, 101) AS key, o.data::text AS data
                FROM parley_outbox o JOIN next USING (id)
            ),
            sums AS (
                SELECT t.*, octet_length(t.data) <= ? AS fits,
                    sum(least(octet_length(t.data), ?)) OVER (ORDER BY t.id) - least(octet_length(t.data), ?) AS before
                FROM texts t
            )
            SELECT pg_current_snapshot(), s.id, s.room, s.key, CASE WHEN s.fits THEN s.data END
            FROM last LEFT JOIN sums s ON s.before < ? ORDER BY s.id
            """;

    private final Sql sql;
    private final PostgresAppends appends;
    private @Nullable String snapshot;
    private long upTo;
    private long nextOfAll = System.nanoTime();

    PostgresOutbox(Connection connection, PostgresAppends appends) {
        this.sql = new Sql(connection);
        this.appends = appends;
    }

    /** As {@link Link#takeIn}. */
    Link.TakenIn takeIn(int maxBytes) throws LinkException {
        if (nextOfAll - System.nanoTime() <= 0) {
            snapshot = null;
            upTo = 0;
            nextOfAll = System.nanoTime() + ALL_NANOS;
        }
        Batch batch = sql.ask(
                NEXT,
                found -> batch(found, maxBytes),
                snapshot,
                upTo,
                ROWS,
                ROWS,
                ROWS,
                maxBytes,
                maxBytes,
                maxBytes,
                BYTES);
        Optional<Link.TakenIn> taken = batch.last > 0
                ? appends.move(batch.accepted, batch.refused, batch.isCut)
                : Optional.of(Link.TakenIn.NOTHING);
        if (taken.isEmpty()) {
            return Link.TakenIn.NOTHING; // it is another node's turn
        }
        snapshot = batch.snapshot;
        upTo = batch.last > 0 ? batch.last : Long.MAX_VALUE;
        return taken.get();
    }

    /** The same key twice is two batches, because the log looks only once for what it knows already. */
    private static Batch batch(ResultSet found, int maxBytes) throws SQLException {
        Map<Long, Link.Proposal> accepted = new LinkedHashMap<>();
        Map<Long, String> refused = new LinkedHashMap<>();
        Set<String> keys = new HashSet<>();
        String snapshot = null;
        long last = 0;
        long bytes = 0;
        boolean isCut = false;
        while (found.next()) {
            snapshot = found.getString(1);
            long id = found.getLong(2);
            String name = found.getString(3);
            if (name == null) {
                break; // there is no row
            }
            String key = found.getString(4);
            String data = found.getString(5);
            String why = refusal(name, key, data, maxBytes);
            if (why != null || data == null) {
                refused.put(id, String.valueOf(why));
            } else {
                if (key != null && !keys.add(name + ' ' + key)) {
                    isCut = true;
                    break;
                }
                String message = UUID.randomUUID().toString();
                String own = Draft.key(Draft.Origin.DATABASE, AUTHOR, key == null ? message : key);
                Draft draft = new Draft(own, new Draft.Author(AUTHOR, OVER), Draft.Kind.JSON, data);
                accepted.put(id, new Link.Proposal(new RoomId(name), draft, message, null));
            }
            last = id;
            bytes += data == null ? maxBytes : data.getBytes(StandardCharsets.UTF_8).length;
        }
        boolean isFull = accepted.size() + refused.size() == ROWS || bytes >= BYTES;
        return new Batch(snapshot, last, accepted, refused, isCut || isFull);
    }

    /** The same rules as over HTTP. */
    private static @Nullable String refusal(String room, @Nullable String key, @Nullable String data, int maxBytes) {
        if (RoomId.parse(room).isEmpty()) {
            return "not a room's name";
        }
        if (key != null && !Draft.isOwnKey(key)) {
            return "a key is 1 to 100 visible characters of ASCII";
        }
        if (data == null) {
            return "longer than " + maxBytes + " bytes";
        }
        return Json.parse(data).isPresent() ? null : "nested too deep, or a name or number in it is too long";
    }

    /**
     * What was found.
     *
     * @param snapshot in which it was
     * @param last the highest id of it; 0 if there is nothing
     * @param isCut whether it was not all
     */
    private record Batch(
            @Nullable String snapshot,
            long last,
            Map<Long, Link.Proposal> accepted,
            Map<Long, String> refused,
            boolean isCut) {}
}
