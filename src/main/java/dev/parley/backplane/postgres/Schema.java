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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The tables, made and brought up to date by the scripts {@code schema-1.sql} and so on.
 *
 * <p>{@code version} is what nodes must know in order to work; {@code revision} is the last script. A script that only adds
 * something leaves the version alone, so that nodes of before go on beside it.
 */
final class Schema {
    private static final int VERSION = 1;
    static final int REVISION = 5;
    private static final Set<String> FORBIDDEN =
            Set.of("42501", "3F000"); // no right, and no schema to make anything in
    private static final long LOCK = 0x7061726c6579L; // one node at a time

    private Schema() {}

    /** Makes sure that the tables are there. The connection commits by itself before and after. */
    static void require(Connection connection) throws SQLException {
        int revision = revision(connection);
        if (revision >= REVISION) {
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
            for (int next = revision(connection) + 1; next <= REVISION; next++) {
                statement.execute(script(next)); // which notes its number, because somebody may run it by hand
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            if (FORBIDDEN.contains(String.valueOf(e.getSQLState()))) {
                throw new BackplaneException(
                        "the tables of Parley are " + (revision == 0 ? "missing" : "of revision " + revision)
                                + " and this user may not make them: their owner runs "
                                + IntStream.rangeClosed(revision + 1, REVISION)
                                        .mapToObj(next -> "schema-" + next + ".sql")
                                        .collect(Collectors.joining(", "))
                                + " and grants.sql, or lets the user create tables");
            }
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static int revision(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet found = statement.executeQuery("SELECT to_regclass('parley_schema')")) {
                if (!found.next() || found.getString(1) == null) {
                    return 0;
                }
            }
            // The first revision has no column for it.
            try (ResultSet found = statement.executeQuery("SELECT coalesce(max(version), 0),"
                    + " coalesce(max((to_jsonb(s) ->> 'revision')::int), max(version), 0) FROM parley_schema s")) {
                if (!found.next()) {
                    return 0;
                }
                if (found.getInt(1) > VERSION) {
                    throw new BackplaneException("the tables are of a newer Parley: version " + found.getInt(1));
                }
                return found.getInt(2);
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
