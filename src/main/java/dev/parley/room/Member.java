package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.connection.Connection;
import dev.parley.protocol.CloseCode;

/**
 * One connection's place in one room. Thread-safe.
 *
 * <p>Leaving and speaking exclude each other, so that nothing a member says can stand in the log after its leave.
 */
public final class Member {
    private final Room room;
    private final Connection connection;
    private final Draft.Author author;
    private final Window window;
    private long said; // guarded by this
    private boolean left; // guarded by this

    Member(Room room, Connection connection, String user, Window window) {
        this.room = room;
        this.connection = connection;
        this.author = new Draft.Author(user, connection.id());
        this.window = window;
    }

    /** Says something to the room. What came of it is answered through the member's window. */
    public void say(String text) {
        if (room.isOverloaded()) {
            connection.close(CloseCode.OVERLOADED);
            return;
        }
        synchronized (this) {
            if (!left) {
                Draft draft = draft(Draft.Kind.MESSAGE, text);
                if (!room.isBusy()) {
                    connection.owe(draft.key());
                }
                room.append(connection, draft);
            }
        }
    }

    /** Leaves the room; the others read it. Idempotent. */
    void leave() {
        synchronized (this) {
            if (left) {
                return;
            }
            left = true;
            room.remove(this);
            room.append(connection, draft(Draft.Kind.LEFT, ""));
        }
    }

    Connection connection() {
        return connection;
    }

    Window window() {
        return window;
    }

    private Draft draft(Draft.Kind kind, String text) {
        return new Draft(author.connection() + "-" + ++said, author, kind, text);
    }
}
