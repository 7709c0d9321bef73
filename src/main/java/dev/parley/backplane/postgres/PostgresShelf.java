package dev.parley.backplane.postgres;

import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;

/** What is kept for a while and taken once, in PostgreSQL. */
record PostgresShelf(Sql sql) implements Link.Shelf {
    PostgresShelf(Connection connection) {
        this(new Sql(connection));
    }

    @Override
    public void keep(String key, String value, Duration life) throws LinkException {
        sql.run(
                "INSERT INTO parley_kept (key, value, expires_at)"
                        + " VALUES (?, ?, now() + ? * interval '1 millisecond') ON CONFLICT (key) DO UPDATE"
                        + " SET value = excluded.value, expires_at = excluded.expires_at",
                key,
                value,
                life.toMillis());
    }

    @Override
    public Optional<String> take(String key) throws LinkException {
        return sql.ask(
                "DELETE FROM parley_kept WHERE key = ? RETURNING value, expires_at > now()",
                gone -> gone.next() && gone.getBoolean(2) ? Optional.of(gone.getString(1)) : Optional.empty(),
                key);
    }
}
