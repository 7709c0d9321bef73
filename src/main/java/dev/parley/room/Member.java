package dev.parley.room;

import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import java.util.List;

/**
 * One connection's place in one room.
 *
 * <p>What it is told comes from the room's loop, one call at a time; everything else may be called by any thread.
 */
abstract sealed class Member permits TextMember, JsonMember {
    /** What a place in a room costs in the heap, about, here and in what knows who is present. */
    static final long BYTES = 512;

    final Room room;
    final Connection connection;
    final Draft.Author author;
    final long bit;
    private final Window window;

    Member(Room room, Connection connection, String user, Window window) {
        this.room = room;
        this.connection = connection;
        this.author = new Draft.Author(user, connection.id());
        this.bit = bit(connection.id());
        this.window = window;
    }

    /** One of 64, by a connection's name. */
    static long bit(String connection) {
        return 1L << connection.hashCode();
    }

    final Connection connection() {
        return connection;
    }

    final Window window() {
        return window;
    }

    /** Entries of the log, in its order, and how those that it shows look through this member's window. Called by the room's loop. */
    abstract void deliver(List<Entry> entries, List<Outgoing> messages);

    /** Entries are missing from here on that nobody can tell any more. Called by the room's loop. */
    abstract void broken(Break gap);

    /** Its connection has ended. Idempotent. */
    abstract void ended();

    /** What is said when it leaves, and by another node should this one die: so always under the same key. */
    Draft farewell() {
        return farewell(Draft.Kind.LEFT, "");
    }

    final Draft farewell(Draft.Kind kind, String text) {
        return new Draft(Draft.key(Draft.Origin.FAREWELL, author.connection(), ""), author, kind, text);
    }
}
