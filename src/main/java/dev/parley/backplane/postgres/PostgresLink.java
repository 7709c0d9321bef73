package dev.parley.backplane.postgres;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.sql.Connection;
import java.util.List;
import java.util.Map;

/** A connection to PostgreSQL. */
record PostgresLink(
        Connection connection, PostgresLog log, PostgresMembers members, PostgresShelf shelf, PostgresOutbox outbox)
        implements Link {
    private static final int TRIMMED_AT_ONCE = 5_000;

    @Override
    public void say(String word) throws LinkException {
        new Sql(connection).run("SELECT pg_notify(?, 'W ' || ?::text)", Channels.own(connection), word);
    }

    /**
     * Told when the transaction commits. Nothing is stored, so nobody waits for the disk: that would keep the lock on all
     * notifications, and with it whoever stores messages. The ordinal tells equal ones apart, which are told once otherwise.
     */
    @Override
    public void signal(List<Map.Entry<RoomId, Signal>> signals) throws LinkException {
        Sql sql = new Sql(connection);
        sql.run(
                """
                WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
                SELECT count(pg_notify(?, 'S ' || x.room || ' ' || x.n || ' ' || x.signal))
                FROM quick, unnest(?::text[], ?::text[]) WITH ORDINALITY AS x (room, signal, n)
                """,
                Channels.own(connection),
                sql.texts(signals.stream().map(each -> each.getKey().name())),
                sql.texts(signals.stream().map(each -> each.getValue().encoded())));
    }

    @Override
    public void ping() throws LinkException {
        new Sql(connection).run("SELECT 1");
    }

    /** Deletes what is below the floor and older than keys must be known; one node at a time, some rows at a time. */
    @Override
    public void tend() throws LinkException {
        Sql sql = new Sql(connection);
        sql.run("DELETE FROM parley_kept WHERE expires_at < now()");
        sql.run("DELETE FROM parley_entry WHERE ctid = ANY (ARRAY(SELECT e.ctid FROM parley_entry e"
                + " JOIN parley_room r ON r.room = e.room AND e.seq <= r.floor"
                + " WHERE pg_try_advisory_xact_lock(hashtext('parley_trim')) AND e.at < now() - interval '"
                + (Backplane.KEY_MEMORY.toSeconds() + 30) + " seconds' LIMIT " + TRIMMED_AT_ONCE + "))");
        sql.run("DELETE FROM parley_refused WHERE at < now() - interval '7 days'");
    }

    @Override
    public TakenIn takeIn(int maxBytes) throws LinkException {
        return outbox.takeIn(maxBytes);
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
