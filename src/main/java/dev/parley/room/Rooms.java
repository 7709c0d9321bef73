package dev.parley.room;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.connection.Workers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rooms that have members on this node. Thread-safe.
 *
 * <p>A room appears with its first member and is dropped with its last. Both happen inside one atomic map operation, so that
 * nobody can join a room that is just being dropped.
 */
public final class Rooms {
    private final Map<RoomId, Room> rooms = new ConcurrentHashMap<>();
    private final Backplane backplane;
    private final Workers workers;
    private final int maxBacklog;
    private volatile boolean closed;

    /** Rooms over a backplane; {@code maxBacklog} is how many entries a room's fan-out may be behind its log. */
    public Rooms(Backplane backplane, Workers workers, int maxBacklog) {
        this.backplane = backplane;
        this.workers = workers;
        this.maxBacklog = maxBacklog;
    }

    /**
     * Lets a connection into a room until it leaves or ends. It sees what is said from now on.
     *
     * @param user the name that others see
     * @param window the shape in which it sees the room
     */
    public Member join(RoomId id, Connection connection, String user, Window window) {
        Member[] joined = new Member[1];
        rooms.compute(id, (name, existing) -> {
            Room room = existing != null ? existing : new Room(name, this, backplane, workers, maxBacklog);
            joined[0] = new Member(room, connection, user, window);
            room.add(joined[0]);
            return room;
        });
        Member member = joined[0];
        connection.onEnd(member::leave); // at once, if it ended meanwhile
        return member;
    }

    /** How many rooms have members here. */
    public int count() {
        return rooms.size();
    }

    /** Delivers nothing more, so that closing all members does not tell each of them of all the others. */
    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    void remove(RoomId id, Member member) {
        rooms.computeIfPresent(id, (name, room) -> room.removedLast(member) ? null : room);
    }
}
