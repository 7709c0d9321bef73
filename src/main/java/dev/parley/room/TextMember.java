package dev.parley.room;

import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.protocol.CloseCode;
import java.util.List;

/**
 * A member who speaks and reads plain text, as in the guide's chat. Thread-safe.
 *
 * <p>Leaving and speaking exclude each other, so that nothing a member says can stand in the log after its leave.
 */
public final class TextMember extends Member {
    private long said; // guarded by this
    private boolean left; // guarded by this

    TextMember(Room room, Connection connection, String user, Window window) {
        super(room, connection, user, window);
    }

    /** Says something to the room. What came of it is answered through the member's window. */
    public void say(String text) {
        if (room.isOverloaded()) {
            connection.close(CloseCode.OVERLOADED);
            return;
        }
        synchronized (this) {
            if (!left) {
                Draft draft = new Draft(author.connection() + "-" + ++said, author, Draft.Kind.MESSAGE, text);
                if (!room.isBusy()) {
                    connection.owe(draft.key());
                }
                room.append(connection, draft);
            }
        }
    }

    @Override
    void deliver(List<Entry> entries, List<Outgoing> messages) {
        connection.send(messages);
    }

    /** The guide has no words for it, and whoever goes on reading would not know. */
    @Override
    void broken(Break gap) {
        connection.close(CloseCode.INTERNAL_ERROR);
    }

    /** The others read that it left. */
    @Override
    void ended() {
        synchronized (this) {
            if (left) {
                return;
            }
            left = true;
            room.remove(this);
            room.presence().leave(this);
            room.append(connection, farewell());
        }
    }
}
