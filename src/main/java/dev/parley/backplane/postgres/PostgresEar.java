package dev.parley.backplane.postgres;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.LinkException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A connection that listens to the one channel of all rooms: {@code G room} when a log has grown, {@code P room} when members
 * have moved, {@code W} and a word. What is not of this node's rooms is dropped by whoever hears it.
 *
 * <p>Waiting for notifications does not notice a dead connection, so it is probed in between, by the thread that waits.
 */
final class PostgresEar implements Engine.Ear {
    private static final int WAIT_MILLIS = 1_000;
    private static final int PROBE_SECONDS = 2;

    private final Connection connection;
    private final PGConnection notifications;
    private final Set<RoomId> first;
    private volatile Engine.@Nullable Hearer hearer;

    PostgresEar(Connection connection, Set<RoomId> rooms) throws SQLException {
        this.connection = connection;
        this.first = rooms;
        if (!connection.isWrapperFor(PGConnection.class)) {
            throw new BackplaneException("connections of this data source cannot listen, because the driver is not the"
                    + " application's: give the address as a URL");
        }
        this.notifications = connection.unwrap(PGConnection.class);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN parley");
        }
    }

    @Override
    public void listen(Engine.Hearer told) throws LinkException {
        hearer = told;
        first.forEach(told::listening);
        long nextProbe = System.nanoTime();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                PGNotification[] heard = notifications.getNotifications(WAIT_MILLIS);
                if (heard != null) {
                    for (PGNotification each : heard) {
                        tell(each.getParameter(), told);
                    }
                }
                if (nextProbe - System.nanoTime() <= 0) {
                    if (!connection.isValid(PROBE_SECONDS)) {
                        throw new LinkException("PostgreSQL does not answer");
                    }
                    nextProbe = System.nanoTime() + TimeUnit.SECONDS.toNanos(PROBE_SECONDS);
                }
            }
        } catch (SQLException e) {
            throw PostgresEngine.lost(e);
        }
    }

    private static void tell(String payload, Engine.Hearer told) {
        if (payload.length() < 2) {
            return;
        }
        String rest = payload.substring(2);
        switch (payload.charAt(0)) {
            case 'G' -> told.grown(new RoomId(rest));
            case 'P' -> told.moved(new RoomId(rest));
            case 'W' -> told.said(rest);
            default -> {} // a later version's
        }
    }

    /** Every room is listened to already. */
    @Override
    public void attend(RoomId room, boolean isWanted) {
        Engine.Hearer told = hearer;
        if (isWanted && told != null) {
            told.listening(room);
        }
    }

    @Override
    public void probe() {
        // the waiting thread does, because a connection is one thread's
    }

    @Override
    public void close() {
        PostgresEngine.close(connection);
    }
}
