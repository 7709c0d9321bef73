package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import dev.parley.protocol.Cue;
import dev.parley.protocol.EventId;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** What an event stream says: a text is an event of its type, and its id the places in all rooms behind it. Used by the stream's loop. */
final class StreamEvents {
    static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final int EARLIEST_RETURN_MILLIS = 1_000;
    private static final int LATEST_RETURN_MILLIS = 3_000;

    private final Map<String, Mark> places;
    private volatile boolean hasSaidBye;

    StreamEvents(Map<String, Mark> places) {
        this.places = new LinkedHashMap<>(places);
    }

    static byte[] opening() {
        return retry(EARLIEST_RETURN_MILLIS, LATEST_RETURN_MILLIS).concat("\n").getBytes(StandardCharsets.US_ASCII);
    }

    byte[] of(Outgoing message) {
        Cue cue = message.cue();
        if (cue.type().equals("ping")) {
            return COMMENT;
        }
        StringBuilder head = new StringBuilder(256);
        if (cue.type().equals("bye")) {
            hasSaidBye = true;
            Outbound.Bye.range(message.text()).ifPresent(after -> head.append(retry(after.get(0), after.get(1))));
        }
        boolean hasMoved = cue.move(places);
        Mark place = hasMoved && places.size() == 1 ? places.get(cue.room()) : null;
        if (place == null) {
            return rendered(head, hasMoved, message);
        }
        byte[] shared = message.event(place); // all streams of this room alone have the same
        if (shared == null) {
            shared = rendered(head, true, message);
            message.remember(place, shared);
        }
        return shared;
    }

    private byte[] rendered(StringBuilder head, boolean hasId, Outgoing message) {
        if (hasId) {
            head.append("id: ").append(EventId.of(places)).append('\n');
        }
        head.append("event: ").append(message.cue().type()).append("\ndata: ");
        return event(head, message.utf8());
    }

    /** What is left to say of the end; for any thread. */
    List<byte[]> farewell(CloseStatus code) {
        byte[] bye = event("event: bye\ndata: ", Outbound.Bye.text(code).getBytes(StandardCharsets.UTF_8));
        return hasSaidBye ? List.of() : List.of(bye);
    }

    /** What somebody has sent may have line breaks between its tokens; JSON has them nowhere else. */
    private static byte[] event(CharSequence head, byte[] data) {
        byte[] first = head.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] event = new byte[first.length + data.length + 2];
        System.arraycopy(first, 0, event, 0, first.length);
        for (int i = 0; i < data.length; i++) {
            event[first.length + i] = data[i] == '\n' || data[i] == '\r' ? (byte) ' ' : data[i];
        }
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }

    /** Each at a time of its own, so that those who were here do not all come back at once. */
    private static String retry(int earliest, int latest) {
        return "retry: " + ThreadLocalRandom.current().nextInt(earliest, Math.max(earliest, latest) + 1) + "\n";
    }
}
