package dev.parley.backplane.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The names of what is notified. PostgreSQL tells all of a database, so an installation has a channel of its own, by the schema
 * that its tables are in, for members and words. That a log has grown is told to {@link #LOGS}, whichever schema it is in:
 * whoever reads in vain has lost nothing.
 */
final class Channels {
    static final String LOGS = "parley";

    private Channels() {}

    /** The installation's own; in the schema {@code public} the same as {@link #LOGS}. */
    static String own(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT CASE n.nspname WHEN 'public' THEN 'parley'"
                        + " ELSE 'parley_' || n.oid END FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE c.oid = 'parley_room'::regclass")) {
            return found.next() ? found.getString(1) : LOGS;
        }
    }
}
