package dev.parley.backplane.postgres;

import dev.parley.backplane.BackplaneException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The tables, made and brought up to date by the scripts {@code schema-1.sql} and so on. */
final class Schema {
    static final int VERSION = 1;
    private static final long LOCK = 0x7061726c6579L; // one node at a time

    private Schema() {}

    /** Makes sure that the tables are there. The connection commits by itself before and after. */
    static void require(Connection connection) throws SQLException {
        int version = version(connection);
        if (version == VERSION) {
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
            for (int next = version(connection) + 1; next <= VERSION; next++) {
                statement.execute(script(next)); // which notes its version, because somebody may run it by hand
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            if ("42501".equals(e.getSQLState())) { // insufficient privilege
                throw new BackplaneException("the tables of Parley are missing and may not be made: run schema-"
                        + VERSION + ".sql, or let the user create tables");
            }
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet found = statement.executeQuery("SELECT to_regclass('parley_schema')")) {
                if (!found.next() || found.getString(1) == null) {
                    return 0;
                }
            }
            try (ResultSet found = statement.executeQuery("SELECT coalesce(max(version), 0) FROM parley_schema")) {
                int version = found.next() ? found.getInt(1) : 0;
                if (version > VERSION) {
                    throw new BackplaneException("the tables are of a newer Parley: version " + version);
                }
                return version;
            }
        }
    }

    private static String script(int version) {
        try (InputStream script =
                Schema.class.getResourceAsStream("/dev/parley/backplane/postgres/schema-" + version + ".sql")) {
            if (script == null) {
                throw new IllegalStateException("schema-" + version + ".sql is missing");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
