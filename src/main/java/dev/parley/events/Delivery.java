package dev.parley.events;

import dev.parley.ConnectionClosed;
import dev.parley.ConnectionOpened;
import dev.parley.MemberJoined;
import dev.parley.MemberLeft;
import dev.parley.MessagePublished;
import dev.parley.ParleyEvent;
import dev.parley.RoomEvent;
import dev.parley.node.Budget;
import dev.parley.protocol.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** An event on its way to a backend: its number, its room, and what is posted. */
final class Delivery {
    final String id = "evt_" + UUID.randomUUID();
    final String room;
    final String body;
    final long cost;
    int attempts; // guarded by the queue that it is in

    Delivery(ParleyEvent event) {
        this.room = room(event);
        this.body = body(event);
        this.cost = Sink.EVENT_BYTES + Budget.costOf(body.length());
    }

    /** What happens to a connection is in order, too. */
    private static String room(ParleyEvent event) {
        if (event instanceof RoomEvent inRoom) {
            return inRoom.room().name();
        }
        return event instanceof ConnectionOpened opened
                ? "#" + opened.connection()
                : "#" + ((ConnectionClosed) event).connection();
    }

    /** {@code {"type":…,"timestamp":…,"data":{…}}}. */
    static String body(ParleyEvent event) {
        String type = Events.KINDS.entrySet().stream()
                .filter(kind -> kind.getValue().isInstance(event))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        Map<String, Object> data = new LinkedHashMap<>();
        if (event instanceof RoomEvent inRoom) {
            data.put("room", inRoom.room().name());
        }
        if (event instanceof MemberJoined joined) {
            data.put("user", joined.user());
        } else if (event instanceof MemberLeft left) {
            data.put("user", left.user());
        } else if (event instanceof MessagePublished published) {
            data.put("user", published.from().user());
            data.put("connection", published.from().connection());
            data.put("epoch", published.position().epoch());
            data.put("seq", published.position().seq());
            data.put("message", published.position().message());
            data.put("data", new JsonText.Verbatim(published.data().raw()));
        } else if (event instanceof ConnectionOpened opened) {
            data.put("connection", opened.connection());
            data.put("user", opened.user());
            data.put("endpoint", opened.endpoint());
        } else if (event instanceof ConnectionClosed closed) {
            data.put("connection", closed.connection());
            data.put("user", closed.user());
            data.put("endpoint", closed.endpoint());
            data.put("cause", closed.cause());
            data.put("since", closed.since());
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", type);
        body.put("timestamp", event.at());
        body.put("data", data);
        return JsonText.of(body);
    }
}
