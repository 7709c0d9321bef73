package dev.parley.backplane.postgres;

import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.DraftBytes;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who is where, in PostgreSQL. */
final class PostgresMembers implements Link.Members {
    private final Connection connection;

    PostgresMembers(Connection connection) {
        this.connection = connection;
    }

    @Override
    public boolean renew(String node, Duration lease) throws LinkException {
        try (PreparedStatement upsert = connection.prepareStatement("INSERT INTO parley_node (node, expires_at)"
                + " VALUES (?, now() + ? * interval '1 millisecond') ON CONFLICT (node) DO UPDATE"
                + " SET expires_at = excluded.expires_at RETURNING xmax <> 0")) {
            upsert.setString(1, node);
            upsert.setLong(2, lease.toMillis());
            try (ResultSet known = upsert.executeQuery()) {
                return known.next() && known.getBoolean(1);
            }
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
        }
    }

    @Override
    public void move(String node, List<Link.Move> moves) throws LinkException {
        try (PreparedStatement enter = connection.prepareStatement("INSERT INTO parley_member"
                        + " (node, room, connection, name, farewell) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
                PreparedStatement leave = connection.prepareStatement(
                        "DELETE FROM parley_member WHERE node = ? AND room = ? AND connection = ?")) {
            connection.setAutoCommit(false);
            Set<String> rooms = new LinkedHashSet<>();
            for (Link.Move move : moves) { // one member's moves come in different calls, so their order does not matter
                Draft.Author member = move.farewell().author();
                PreparedStatement statement = move.isIn() ? enter : leave;
                statement.setString(1, node);
                statement.setString(2, move.room().name());
                statement.setString(3, member.connection());
                if (move.isIn()) {
                    statement.setBytes(4, member.user().getBytes(StandardCharsets.UTF_8));
                    statement.setBytes(5, DraftBytes.encode(move.farewell()));
                }
                statement.addBatch();
                rooms.add(move.room().name());
            }
            int[] unusedLeft = leave.executeBatch();
            int[] unusedEntered = enter.executeBatch();
            tell(connection, "P ", rooms);
            connection.commit();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
        }
    }

    @Override
    public Map<String, Integer> in(RoomId room) throws LinkException {
        Map<String, Integer> members = new HashMap<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT name, count(*) FROM parley_member WHERE room = ? GROUP BY name")) {
            select.setString(1, room.name());
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    members.put(new String(found.getBytes(1), StandardCharsets.UTF_8), found.getInt(2));
                }
            }
            return members;
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
        }
    }

    @Override
    public Map<String, List<Link.Move>> orphans() throws LinkException {
        Map<String, List<Link.Move>> orphans = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT n.node, m.room, m.farewell"
                                + " FROM parley_node n LEFT JOIN parley_member m ON m.node = n.node WHERE n.expires_at < now()");
                ResultSet found = select.executeQuery()) {
            while (found.next()) {
                List<Link.Move> members = orphans.computeIfAbsent(found.getString(1), node -> new ArrayList<>());
                if (found.getString(2) != null) {
                    Draft farewell = DraftBytes.decode(ByteBuffer.wrap(found.getBytes(3)));
                    members.add(new Link.Move(new RoomId(found.getString(2)), farewell, false));
                }
            }
            return orphans;
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
        }
    }

    @Override
    public void bury(String node, boolean isOurs) throws LinkException {
        try (PreparedStatement delete = connection.prepareStatement(
                "WITH dead AS (DELETE FROM parley_node WHERE node = ? AND (? OR expires_at < now()) RETURNING node)"
                        + " SELECT count(pg_notify(?, 'P ' || x.room)) FROM"
                        + " (SELECT DISTINCT m.room FROM parley_member m JOIN dead ON dead.node = m.node) x")) {
            delete.setString(1, node);
            delete.setBoolean(2, isOurs);
            delete.setString(3, Channels.own(connection));
            Object unused = delete.execute();
        } catch (SQLException e) {
            throw PostgresEngine.failure(connection, e);
        }
    }

    /** Tells all nodes of this installation. */
    static void tell(Connection connection, String kind, Set<String> all) throws SQLException {
        try (PreparedStatement notify =
                connection.prepareStatement("SELECT count(pg_notify(?, ? || x)) FROM unnest(?::text[]) x")) {
            notify.setString(1, Channels.own(connection));
            notify.setString(2, kind);
            notify.setArray(3, connection.createArrayOf("text", all.toArray()));
            Object unused = notify.execute();
        }
    }
}
