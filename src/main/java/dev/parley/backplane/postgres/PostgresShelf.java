package dev.parley.backplane.postgres;

import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** What is kept for a while and taken once, in PostgreSQL. */
final class PostgresShelf implements Link.Shelf {
    private final Connection connection;

    PostgresShelf(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void keep(String key, String value, Duration life) throws LinkException {
        try (PreparedStatement upsert = connection.prepareStatement("INSERT INTO parley_kept (key, value, expires_at)"
                + " VALUES (?, ?, now() + ? * interval '1 millisecond') ON CONFLICT (key) DO UPDATE"
                + " SET value = excluded.value, expires_at = excluded.expires_at")) {
            upsert.setString(1, key);
            upsert.setString(2, value);
            upsert.setLong(3, life.toMillis());
            upsert.executeUpdate();
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
        }
    }

    @Override
    public Optional<String> take(String key) throws LinkException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM parley_kept WHERE key = ? RETURNING value, expires_at > now()")) {
            delete.setString(1, key);
            try (ResultSet gone = delete.executeQuery()) {
                return gone.next() && gone.getBoolean(2) ? Optional.of(gone.getString(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
        }
    }

    /** Deletes what nobody has taken in time. */
    void tend() throws LinkException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM parley_kept WHERE expires_at < now()")) {
            delete.executeUpdate();
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
        }
    }
}
