package dev.parley.backplane.postgres;

import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.LinkException;
import java.lang.reflect.UndeclaredThrowableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection that listens to the {@link Channels}: {@code G room} when a log has grown, {@code P room} when members have moved, directly
 * behind {@code M room} and the {@link Membership} of each if it says of which, {@code W} and a word, {@code S room number} and a signal, {@code O} when there is something in the outbox. What is not of this node's rooms is dropped by whoever hears it.
 *
 * <p>Waiting for notifications does not notice a dead connection, so it is probed in between, by the thread that waits.
 */
final class PostgresListener implements Engine.Listener {
    private static final int WAIT_MILLIS = 1_000;
    private static final int PROBE_SECONDS = 2;

    private final Connection connection;
    private final Notifications notifications;
    private final String own;
    private final Set<RoomId> first;
    private final Set<RoomId> early = ConcurrentHashMap.newKeySet(); // wanted before anybody was told
    private String detailed =
            ""; // the room whose members were told last, if nothing has been since; of the thread that listens
    private volatile Engine.@Nullable Events events;

    PostgresListener(Connection connection, Set<RoomId> rooms) throws SQLException, LinkException {
        this.connection = connection;
        this.first = rooms;
        this.notifications = Notifications.of(connection);
        this.own = Channels.own(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + Channels.LOGS);
            statement.execute("LISTEN " + own);
        }
    }

    @Override
    public void listen(Engine.Events told, Runnable alive) throws LinkException {
        events = told;
        first.forEach(told::listening);
        early.forEach(told::listening);
        long nextProbe = System.nanoTime();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                alive.run();
                for (Notifications.Told each : notifications.next(WAIT_MILLIS)) {
                    tell(each.payload(), each.channel().equals(own), told);
                }
                if (nextProbe - System.nanoTime() <= 0) {
                    if (!connection.isValid(PROBE_SECONDS)) {
                        throw new LinkException("PostgreSQL does not answer");
                    }
                    nextProbe = System.nanoTime() + TimeUnit.SECONDS.toNanos(PROBE_SECONDS);
                }
            }
        } catch (SQLException e) {
            throw PostgresEngine.lost(e); // whatever it is, nothing is heard
        }
    }

    private void tell(String payload, boolean isOwn, Engine.Events told) {
        if (payload.length() < 3) {
            return;
        }
        String rest = payload.substring(2);
        String known = detailed;
        detailed = "";
        switch (payload.substring(0, 2)) {
            case "G " -> log(rest).ifPresent(told::grown);
            case "P " -> log(rest).filter(room -> isOwn && !rest.equals(known)).ifPresent(room -> told.moved(room, ""));
            case "M " -> {
                if (isOwn) {
                    detailed = member(rest.split(" ", 2), told);
                }
            }
            case "W " -> {
                if (isOwn) {
                    told.said(rest);
                }
            }
            case "S " -> {
                if (isOwn) {
                    signal(rest.split(" ", 3), told);
                }
            }
            case "O " -> told.posted();
            default -> {} // a later version's
        }
    }

    /** Gives the room: a {@code P} of it directly behind says nothing new. */
    private static String member(String[] parts, Engine.Events told) {
        log(parts[0]).ifPresent(room -> told.moved(room, parts[parts.length - 1]));
        return parts[0];
    }

    private static void signal(String[] parts, Engine.Events told) {
        if (parts.length == 3) {
            log(parts[0]).ifPresent(room -> told.signalled(room, Signal.decoded(parts[2])));
        }
    }

    /** Whatever else may notify the channel, nothing but a name is taken for one. */
    private static Optional<RoomId> log(String name) {
        try {
            return Optional.of(new RoomId(name));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    /** Every room is listened to already, or will be told of when it is. */
    @Override
    public void attend(RoomId room, boolean isWanted) {
        if (!isWanted) {
            return;
        }
        early.add(room); // before it is asked who is told: so one side or the other sees it
        Engine.Events told = events;
        if (told != null) {
            early.remove(room);
            told.listening(room);
        }
    }

    @Override
    public void probe() {
        // the waiting thread does, because a connection is one thread's
    }

    @Override
    public void cut() {
        PostgresEngine.cut(connection);
    }

    /** Whoever is given a data source's connection next would else hear of us. */
    @Override
    public void close() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("UNLISTEN *");
        } catch (SQLException | UndeclaredThrowableException gone) {
            // then it hears nothing any more
        } finally {
            PostgresEngine.close(connection);
        }
    }
}
