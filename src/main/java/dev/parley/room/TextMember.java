package dev.parley.room;

import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.protocol.CloseCode;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A member who speaks and reads plain text, as in the guide's chat. Thread-safe.
 *
 * <p>Leaving and speaking exclude each other, so that nothing a member says can stand in the log after its leave.
 */
public final class TextMember extends Member {
    private final BooleanSupplier maySpeak;
    private long said; // guarded by this
    private boolean left; // guarded by this

    TextMember(Room room, Connection connection, String user, Window window, BooleanSupplier maySpeak) {
        super(room, connection, user, window);
        this.maySpeak = maySpeak;
    }

    /** Says something to the room. What came of it is answered through the member's window. */
    public void say(String text) {
        if (room.isOverloaded()) {
            connection.close(CloseCode.OVERLOADED);
            return;
        }
        synchronized (this) {
            if (!left) {
                String key = Draft.key(Draft.Origin.TEXT, author.connection(), Long.toString(++said));
                Draft draft = new Draft(key, author, Draft.Kind.MESSAGE, text);
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

    /** The others read that it left, unless it was one of those who leave no entry in the log. */
    @Override
    void ended() {
        synchronized (this) {
            if (left) {
                return;
            }
            left = true;
            room.remove(this);
            room.presence().leave(this);
            Draft farewell = farewell();
            if (farewell.kind() == Draft.Kind.LEFT) {
                room.append(connection, farewell);
            }
        }
    }

    /** Who may not speak leaves no entry, so that visits alone cannot push out a room's history; presence tells that it is out. */
    @Override
    Draft farewell() {
        return maySpeak.getAsBoolean() ? super.farewell() : farewell(Draft.Kind.JSON, "null");
    }
}
