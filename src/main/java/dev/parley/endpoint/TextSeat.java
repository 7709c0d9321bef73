package dev.parley.endpoint;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.RoomId;
import dev.parley.dialogue.Policies;
import dev.parley.dialogue.TextDialogue;
import dev.parley.protocol.Json;
import dev.parley.room.Rooms;
import dev.parley.room.Seat;
import dev.parley.room.Window;
import java.util.function.Consumer;

/**
 * A client's place in a room, which it reads and speaks to in plain text. It is taken before the handshake is answered, so that the
 * client misses nothing from its 101 on: by a dependency of the endpoint's, which closes it. See {@link TextRooms}.
 */
public final class TextSeat implements AutoCloseable {
    private final Rooms rooms;
    private final Policies policies;
    private final RoomId room;
    private final Seat seat;

    TextSeat(Rooms rooms, Policies policies, RoomId room) {
        this.rooms = rooms;
        this.policies = policies;
        this.room = room;
        this.seat = rooms.reserve(room);
    }

    /** The name of the room. */
    public String room() {
        return room.name();
    }

    /**
     * Lets the client in, until it goes: it reads all that is said in the room, in order, what was said since the seat was taken included;
     * the others read that it has left. It may do what policies allow anonymous callers; who may not is closed with 1008. To be called
     * once, when the endpoint is opened.
     *
     * @param user the name that others see
     * @return takes what the client says, one message at a time. It waits for what the client is owed, and closes a client that the room
     *     cannot follow
     */
    public Consumer<String> enter(Connection connection, String user, TextWindow window) {
        if (!(connection instanceof LocalConnection local)) {
            throw new IllegalArgumentException("a connection of a ParleyEndpoint's is needed");
        }
        return new TextDialogue(policies, rooms, local.connection(), room, seat, user, new Lines(window))::receive;
    }

    /** Gives the place up, if nobody has taken it. Idempotent. */
    @Override
    public void close() {
        seat.close();
    }

    /** Entries are rendered once for all whose windows are equal. */
    private record Lines(TextWindow window) implements Window {
        @Override
        public String render(Entry entry) {
            Draft draft = entry.draft();
            String who = draft.author().user();
            return switch (draft.kind()) {
                case MESSAGE -> window.message(who, draft.text());
                case JSON -> window.message(who, plain(draft.text()));
                case LEFT -> window.left(who);
                case ERASED -> throw new IllegalStateException("what was erased is not shown");
            };
        }

        /** A string says what it says; anything else is shown as what it is. */
        private static String plain(String json) {
            return Json.parse(json)
                    .map(value -> value.string().orElseGet(value::compact))
                    .orElse(json);
        }

        @Override
        public String acknowledge(Draft own) {
            return window.acknowledged(own.text());
        }
    }
}
