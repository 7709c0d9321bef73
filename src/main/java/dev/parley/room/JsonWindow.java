package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Lane;
import dev.parley.connection.Outgoing;
import dev.parley.protocol.Json;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The JSON window: the log of a room as {@code parley.v1} shows it. What a text client says is a JSON string; that it left is a
 * message without data and with an event, and what was erased is told as such, so that the numbers have no hole.
 */
record JsonWindow(RoomId room, Overflow overflow) implements Window {
    /** What stands around a message, without names: the words, two numbers and an epoch. */
    private static final int ENVELOPE = 256;

    /** Of a room's past, which is told as a whole. */
    JsonWindow(RoomId room) {
        this(room, Overflow.CLOSE);
    }

    /** A series of a room; several share what the client is told. */
    private record Series(RoomId subject, String name) implements Lane {
        @Override
        public String notice(int count) {
            return new Outbound.Dropped(subject.name(), count).text();
        }
    }

    /** How long it becomes on the wire, at most: in UTF-8, with what stands around it, wherever in the log it will be. */
    static long bytes(RoomId room, Draft draft) {
        StringBuilder user = new StringBuilder();
        Json.quote(draft.author().user(), user);
        return ENVELOPE
                + 2L * room.name().length() // the number of the message has it, too
                + user.toString().getBytes(StandardCharsets.UTF_8).length
                + draft.author().connection().length()
                + draft.bytes();
    }

    @Override
    public boolean shows(Entry entry) {
        return true;
    }

    @Override
    public Outgoing live(Entry entry) {
        return new Outgoing(
                render(entry),
                (entry.draft().kind() == Draft.Kind.ERASED // which nothing makes up for
                                ? Optional.<String>empty()
                                : overflow.series(entry.draft()))
                        .map(name -> new Series(room, name))
                        .orElse(null));
    }

    @Override
    public String render(Entry entry) {
        Draft draft = entry.draft();
        if (draft.kind() == Draft.Kind.ERASED) {
            Mark erased = Erasure.in(draft)
                    .map(erasure -> new Mark(entry.position().epoch(), erasure.seq(), erasure.message()))
                    .orElse(null);
            return new Outbound.Erased(room.name(), mark(entry.position()), entry.at(), erased).text();
        }
        return new Outbound.Message(
                        room.name(),
                        mark(entry.position()),
                        entry.at(),
                        draft.author().user(),
                        draft.author().connection(),
                        draft.kind() == Draft.Kind.LEFT ? "left" : null,
                        data(draft))
                .text();
    }

    private static String data(Draft draft) {
        return switch (draft.kind()) {
            case JSON -> draft.text();
            case LEFT, ERASED -> "null";
            case MESSAGE -> {
                StringBuilder quoted = new StringBuilder(draft.text().length() + 16);
                Json.quote(draft.text(), quoted);
                yield quoted.toString();
            }
        };
    }

    /** Nobody is told so here: the acknowledgement comes from the log itself, with the position. */
    @Override
    public String acknowledge(Draft own) {
        throw new IllegalStateException("a JSON member is acknowledged by the log");
    }

    static Mark mark(Position position) {
        return new Mark(position.epoch(), position.seq(), position.message());
    }
}
