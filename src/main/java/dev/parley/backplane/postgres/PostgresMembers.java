package dev.parley.backplane.postgres;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Membership;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Turnout;
import dev.parley.backplane.engine.DraftBytes;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who is where, in PostgreSQL. */
record PostgresMembers(Sql sql) implements Link.Members {
    private static final int MAX_NOTIFIED = 7_999; // bytes, of ASCII here

    PostgresMembers(Connection connection) {
        this(new Sql(connection));
    }

    @Override
    public boolean renew(String node, Duration lease) throws LinkException {
        return sql.ask(
                "INSERT INTO parley_node (node, expires_at)"
                        + " VALUES (?, now() + ? * interval '1 millisecond') ON CONFLICT (node) DO UPDATE"
                        + " SET expires_at = excluded.expires_at RETURNING xmax <> 0",
                known -> known.next() && known.getBoolean(1),
                node,
                lease.toMillis());
    }

    /**
     * One member's moves come in different calls, so their order does not matter. What is told does have one, that of the array: a
     * function's rows come in its order, and PostgreSQL tells of a transaction in the order in which it was notified.
     */
    @Override
    public void move(String node, List<Link.Move> moves) throws LinkException {
        List<Link.Move> in = moves.stream().filter(Link.Move::isIn).toList();
        List<Link.Move> out = moves.stream().filter(move -> !move.isIn()).toList();
        sql.run(
                """
                WITH node AS (SELECT ?::text AS id),
                entered AS (
                    INSERT INTO parley_member (node, room, connection, name, farewell)
                    SELECT node.id, x.* FROM node, unnest(?::text[], ?::text[], ?::bytea[], ?::bytea[]) x
                    ON CONFLICT (node, room, connection) DO UPDATE SET farewell = excluded.farewell
                    WHERE parley_member.farewell <> excluded.farewell
                ),
                gone AS (
                    DELETE FROM parley_member m USING node, unnest(?::text[], ?::text[]) x (room, connection)
                    WHERE m.node = node.id AND m.room = x.room AND m.connection = x.connection
                )
                SELECT count(pg_notify(?, x)) FROM unnest(?::text[]) x
                """,
                node,
                rooms(in),
                connections(in),
                sql.bytes(
                        in.stream().map(move -> move.farewell().author().user().getBytes(StandardCharsets.UTF_8))),
                sql.bytes(in.stream().map(move -> DraftBytes.encode(move.farewell()))),
                rooms(out),
                connections(out),
                Channels.own(sql.connection()),
                sql.texts(told(node, moves).stream()));
    }

    /** Of each room its members, unless one is too long, and behind them that it has moved: a node of the version before knows that alone. */
    private static List<String> told(String node, List<Link.Move> moves) {
        Map<RoomId, List<String>> members = new LinkedHashMap<>();
        for (Link.Move move : moves) {
            members.computeIfAbsent(move.room(), room -> new ArrayList<>())
                    .add("M " + move.room() + ' ' + move.membership(node).encoded());
        }
        List<String> told = new ArrayList<>();
        members.forEach((room, details) -> {
            if (details.stream().allMatch(detail -> detail.length() <= MAX_NOTIFIED)) {
                told.addAll(details);
            }
            told.add("P " + room);
        });
        return told;
    }

    private Object rooms(List<Link.Move> moves) throws LinkException {
        return sql.texts(moves.stream().map(move -> move.room().name()));
    }

    private Object connections(List<Link.Move> moves) throws LinkException {
        return sql.texts(moves.stream().map(move -> move.farewell().author().connection()));
    }

    @Override
    public List<Membership> in(RoomId room) throws LinkException {
        return sql.ask(
                "SELECT node, connection, name,"
                        + " CASE WHEN substring(farewell FROM 19 + 256 * get_byte(farewell, 4) + get_byte(farewell, 5)"
                        + " + octet_length(name) + octet_length(connection) FOR 1) = '@' THEN farewell END"
                        + " FROM parley_member WHERE room = ?",
                found -> {
                    List<Membership> members = new ArrayList<>();
                    while (found.next()) {
                        byte[] farewell =
                                found.getBytes(4); // only where its text is a status: behind key, name and connection
                        String text = farewell == null
                                ? ""
                                : DraftBytes.decode(ByteBuffer.wrap(farewell)).text();
                        String connection = Link.Move.connection(found.getString(1), found.getString(2));
                        String user = new String(found.getBytes(3), StandardCharsets.UTF_8);
                        members.add(new Membership(user, connection, true, text));
                    }
                    return members;
                },
                room.name());
    }

    @Override
    public Map<String, List<Link.Move>> orphans() throws LinkException {
        return sql.ask(
                "SELECT n.node, m.room, m.farewell"
                        + " FROM parley_node n LEFT JOIN parley_member m ON m.node = n.node WHERE n.expires_at < now()",
                found -> {
                    Map<String, List<Link.Move>> orphans = new HashMap<>();
                    while (found.next()) {
                        List<Link.Move> members =
                                orphans.computeIfAbsent(found.getString(1), node -> new ArrayList<>());
                        if (found.getString(2) != null) {
                            Draft farewell = DraftBytes.decode(ByteBuffer.wrap(found.getBytes(3)));
                            members.add(new Link.Move(new RoomId(found.getString(2)), farewell, false));
                        }
                    }
                    return orphans;
                });
    }

    @Override
    public void bury(String node, boolean isOurs) throws LinkException {
        sql.run(
                "WITH dead AS (DELETE FROM parley_node WHERE node = ? AND (? OR expires_at < now()) RETURNING node)"
                        + " SELECT count(pg_notify(?, 'P ' || x.room)) FROM"
                        + " (SELECT DISTINCT m.room FROM parley_member m JOIN dead ON dead.node = m.node) x",
                node,
                isOurs,
                Channels.own(sql.connection()));
    }

    @Override
    public Turnout turnout(RoomId room) throws LinkException {
        return sql.ask(
                "SELECT was_empty, gone, come, is_empty FROM parley_turnout(?)",
                found -> {
                    if (!found.next()) {
                        throw new SQLException("nothing was found", "XX000");
                    }
                    return new Turnout(found.getBoolean(1), names(found, 2), names(found, 3), found.getBoolean(4));
                },
                room.name());
    }

    private static List<String> names(ResultSet found, int column) throws SQLException {
        return Arrays.stream((byte[][]) found.getArray(column).getArray())
                .map(name -> new String(name, StandardCharsets.UTF_8))
                .toList();
    }
}
