package dev.parley.backplane.postgres;

import dev.parley.backplane.engine.LinkException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is asked over a connection. Each statement is a transaction of its own. Of the thread that has the connection. */
record Sql(Connection connection) {
    /** Asks something. {@code arguments} are what the driver takes as objects. */
    <T> T ask(String text, Reading<T> reading, @Nullable Object... arguments) throws LinkException {
        try {
            return query(text, reading, arguments);
        } catch (SQLException e) {
            throw PostgresEngine.failure(e);
        }
    }

    /** As {@link #ask}, for whoever looks into the failure. */
    <T> T query(String text, Reading<T> reading, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement select = prepare(text, arguments);
                ResultSet found = select.executeQuery()) {
            return reading.of(found);
        }
    }

    /** Does something that has no answer. */
    void run(String text, @Nullable Object... arguments) throws LinkException {
        try (PreparedStatement statement = prepare(text, arguments)) {
            Object unused = statement.execute();
        } catch (SQLException e) {
            throw PostgresEngine.failure(e);
        }
    }

    private PreparedStatement prepare(String text, @Nullable Object... arguments) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(text);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    Array texts(Stream<String> elements) throws LinkException {
        return array("text", elements.toArray());
    }

    Array numbers(Stream<Long> elements) throws LinkException {
        return array("bigint", elements.toArray());
    }

    Array bytes(Stream<byte[]> elements) throws LinkException {
        return array("bytea", elements.toArray(byte[][]::new));
    }

    private Array array(String type, Object[] elements) throws LinkException {
        try {
            return connection.createArrayOf(type, elements);
        } catch (SQLException e) {
            throw PostgresEngine.failure(e);
        }
    }

    /** What is made of an answer. */
    interface Reading<T> {
        T of(ResultSet found) throws SQLException;
    }
}
