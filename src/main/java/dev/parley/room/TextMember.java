package dev.parley.room;

import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.protocol.CloseCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A member who speaks and reads plain text, as in the guide's chat. Thread-safe.
 *
 * <p>Leaving and speaking exclude each other, so that nothing a member says can stand in the log after its leave.
 */
public final class TextMember extends Member {
    private static final int LONGEST_ESCAPE = 6; // \u0000

    private final BooleanSupplier maySpeak;
    private long said; // guarded by this
    private boolean left; // guarded by this
    private @Nullable List<Entry>
            early; // the room's loop's own once it is in: what came before it was told what it had missed

    TextMember(Room room, Connection connection, String user, Window window, BooleanSupplier maySpeak) {
        super(room, connection, user, room.shared(window));
        this.maySpeak = maySpeak;
    }

    /** Says something to the room. What came of it is answered through the member's window. */
    public void say(String text) {
        if (room.loop().isOverloaded()) {
            connection.close(CloseCode.OVERLOADED);
            return;
        }
        if (isTooLong(text, room.rooms().maxWireBytes())) {
            connection.close(CloseCode.TOO_BIG);
            return;
        }
        synchronized (this) {
            if (!left) {
                String key = Draft.key(Draft.Origin.TEXT, author.connection(), Long.toString(++said));
                Draft draft = new Draft(key, author, Draft.Kind.MESSAGE, text);
                if (!room.loop().isBusy()) {
                    connection.expectAnswer(draft.key());
                }
                room.append(connection, draft);
            }
        }
    }

    /**
     * Whether a text would be longer as JSON than a message may be: a control character takes six. Looked at closely only where it
     * is near.
     */
    private static boolean isTooLong(String text, int max) {
        if ((long) text.length() * LONGEST_ESCAPE <= max) {
            return false;
        }
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                length += c == '\n' || c == '\t' || c == '\r' || c == '\b' || c == '\f' ? 2 : LONGEST_ESCAPE;
            } else if (c < 0x80) {
                length += c == '"' || c == '\\' ? 2 : 1;
            } else {
                length += c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            }
        }
        return length > max;
    }

    @Override
    void deliver(List<Entry> entries, List<Outgoing> messages) {
        List<Entry> waiting = early;
        if (waiting == null) {
            connection.send(messages);
        } else {
            waiting.addAll(entries);
        }
    }

    /** It had a seat: what is live waits until it has been told what was said since. Before it is in. */
    void sitDown() {
        early = new ArrayList<>();
    }

    /** Is told what was kept for it, and then what has come meanwhile, each once. Called by the room's loop. */
    void rise(List<Entry> kept, boolean hasMissed) {
        if (hasMissed) {
            connection.close(CloseCode.OVERLOADED); // as for a broken log, but it was this node that could not keep up
            return;
        }
        long last = kept.isEmpty()
                ? Long.MIN_VALUE
                : kept.get(kept.size() - 1).position().seq();
        List<Entry> live = early == null ? List.of() : early;
        early = null;
        List<Outgoing> messages = Stream.concat(
                        kept.stream(),
                        live.stream().filter(entry -> entry.position().seq() > last))
                .filter(window()::shows)
                .map(window()::live)
                .toList();
        if (!messages.isEmpty()) {
            connection.send(messages);
        }
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
