package dev.parley.backplane.postgres;

import dev.parley.backplane.engine.LinkException;
import java.sql.Connection;

/**
 * The names of what is notified. PostgreSQL tells all of a database, so an installation has a channel of its own, by the schema
 * that its tables are in, for members, words and the outbox. That a log has grown is told to {@link #LOGS}, whichever schema it is
 * in: whoever reads in vain has lost nothing.
 */
final class Channels {
    static final String LOGS = "parley";

    private Channels() {}

    /** The installation's own; in the schema {@code public} the same as {@link #LOGS}. */
    static String own(Connection connection) throws LinkException {
        return new Sql(connection)
                .ask(
                        "SELECT CASE n.nspname WHEN 'public' THEN 'parley'"
                                + " ELSE 'parley_' || n.oid END FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE c.oid = 'parley_room'::regclass",
                        found -> found.next() ? found.getString(1) : LOGS);
    }
}
