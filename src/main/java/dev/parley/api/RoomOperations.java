package dev.parley.api;

import dev.parley.Action;
import dev.parley.api.Operation.Ask;
import dev.parley.api.Operation.Parameter;
import dev.parley.api.Operation.Reply;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.dialogue.Policies;
import dev.parley.protocol.JsonText;
import dev.parley.room.Rooms;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the HTTP API can do with rooms. A room need not have members here: it is its log that is asked.
 *
 * <p>A role of the realm is good for all rooms. Whoever brings a token needs, besides the scope, the right in the room that a socket
 * of that credential would need.
 */
public final class RoomOperations {
    private static final int MAX_MESSAGES = 200;
    private static final long MAX_BYTES = 4 << 20; // of what was said, in one answer

    private final Backplane backplane;
    private final RoomDetails details;
    private final Cluster cluster;
    private final Rights rights;
    private final Publications publications;

    public RoomOperations(Backplane backplane, Rooms rooms, RoomDetails details, Cluster cluster, Policies policies) {
        this.backplane = backplane;
        this.details = details;
        this.cluster = cluster;
        this.rights = new Rights(policies);
        this.publications = new Publications(backplane, rooms, rights);
    }

    Publications publications() {
        return publications;
    }

    List<Operation> all() {
        return List.of(
                new Operation(
                        "room",
                        "GET /rooms/{room}",
                        Permit.WATCH,
                        "One room: where its log ends, how much of it is kept, and who is in, over all nodes.",
                        200,
                        ask -> in(ask, Action.PRESENCE, room -> Reply.of(details.of(room), Reply.Done::new))),
                new Operation(
                                "publish",
                                "POST /rooms/{room}/messages",
                                Permit.PUBLISH,
                                "Says something in a room: the body, any JSON value. The same Idempotency-Key again within"
                                        + " five minutes is stored once. What a policy rejects is 422, with its code.",
                                201,
                                ask -> in(
                                        ask,
                                        Action.SEND,
                                        room -> publications.publish(room, Map.entry("room", room.name()), ask)))
                        .with("What is said.", Map.of()),
                new Operation(
                                "publishTogether",
                                "POST /messages",
                                Permit.PUBLISH,
                                "Says the same in several rooms, up to 100: in all of them, or in none if one is not allowed,"
                                        + " or rejected by a policy. Over a Redis Cluster some may have it when the engine fails;"
                                        + " the same key again stores it in the others.",
                                201,
                                publications::publishTogether)
                        .with(
                                "The rooms, and what is said: any JSON value. key counts as an Idempotency-Key.",
                                Schemas.object("rooms text[], data any, key?")),
                new Operation(
                                "history",
                                "GET /rooms/{room}/messages",
                                Permit.HISTORY,
                                "What was said in a room, oldest first: up to 4 MiB of it, at least one message. If there is"
                                        + " more before it, more is true.",
                                200,
                                ask -> in(ask, Action.HISTORY, room -> history(room, ask)))
                        .with(List.of(
                                new Parameter("before", "integer", "Only what stands before this number."),
                                new Parameter(
                                        "limit",
                                        "integer",
                                        "The last so many, 50 unless said, up to " + MAX_MESSAGES + "."))),
                new Operation(
                        "purge",
                        "DELETE /rooms/{room}/messages",
                        Permit.PURGE,
                        "Forgets all that was said in a room, on all nodes and for good. Who is there stays.",
                        200,
                        ask -> in(
                                ask,
                                room -> Reply.of(
                                        backplane.purge(room),
                                        purged -> new Reply.Done(Map.of("room", room.name(), "purged", purged))))),
                new Operation(
                        "erase",
                        "DELETE /rooms/{room}/messages/{message}",
                        Permit.ACT,
                        "Forgets one message, by its id, on all nodes and for good. Whoever reads the room is told"
                                + " that it was erased.",
                        204,
                        ask -> in(
                                ask,
                                room -> Reply.of(
                                        backplane.erase(room, ask.variable("message")),
                                        isErased -> isErased
                                                ? new Reply.Done(Map.of())
                                                : Reply.refused(404, "There is no such message.")))),
                new Operation(
                        "closeRoom",
                        "DELETE /rooms/{room}/members",
                        Permit.ACT,
                        "Closes all connections that are in a room with 4501, on all nodes. What was said there stays.",
                        202,
                        ask -> in(ask, room -> {
                            cluster.empty(room);
                            return Reply.said();
                        })),
                new Operation(
                        "members",
                        "GET /rooms/{room}/members",
                        Permit.WATCH,
                        "Who is in a room, over all nodes.",
                        200,
                        ask -> in(
                                ask,
                                Action.PRESENCE,
                                room -> Reply.of(
                                        backplane.presence().members(room),
                                        members -> new Reply.Done(Map.of(
                                                "room",
                                                room.name(),
                                                "members",
                                                members.entrySet().stream()
                                                        .map(RoomDetails::row)
                                                        .toList()))))));
    }

    private Reply history(RoomId room, Ask ask) {
        String limit = ask.parameter("limit").orElse("50");
        String before = ask.parameter("before").orElse(Long.toString(Long.MAX_VALUE));
        if (!limit.matches("[0-9]{1,3}") || Integer.parseInt(limit) > MAX_MESSAGES || !before.matches("[0-9]{1,19}")) {
            return Reply.refused(400, "limit must be a number up to " + MAX_MESSAGES + ", before a number.");
        }
        long seq;
        try {
            seq = Long.parseLong(before);
        } catch (NumberFormatException tooBig) {
            seq = Long.MAX_VALUE;
        }
        return Reply.of(
                backplane.readBefore(room, seq, Integer.parseInt(limit), MAX_BYTES),
                (Slice slice) -> new Reply.Done(history(room, slice)));
    }

    /** The last ones, as many as there is room for in an answer. */
    private static Map<String, Object> history(RoomId room, Slice slice) {
        ArrayDeque<JsonText.Verbatim> messages = new ArrayDeque<>();
        long bytes = 0;
        for (int i = slice.entries().size() - 1; i >= 0; i--) {
            String message = JsonText.of(message(slice.entries().get(i)));
            bytes += message.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_BYTES && !messages.isEmpty()) {
                break;
            }
            messages.addFirst(new JsonText.Verbatim(message));
        }
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("room", room.name());
        told.put("messages", List.copyOf(messages));
        told.put("more", slice.more() || messages.size() < slice.entries().size());
        return told;
    }

    private static Map<String, Object> message(Entry entry) {
        Draft draft = entry.draft();
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("epoch", entry.position().epoch());
        message.put("seq", entry.position().seq());
        message.put("message", entry.position().message());
        message.put("at", entry.at().toString());
        message.put(
                "kind",
                switch (draft.kind()) {
                    case MESSAGE, JSON -> "message";
                    case LEFT -> "left";
                    case ERASED -> "erased";
                });
        if (draft.kind() == Draft.Kind.ERASED) {
            Erasure.in(draft)
                    .ifPresent(erasure ->
                            message.put("erased", Map.of("seq", erasure.seq(), "message", erasure.message())));
            return message;
        }
        message.put(
                "from",
                Map.of(
                        "user",
                        draft.author().user(),
                        "connection",
                        draft.author().connection()));
        if (draft.kind() != Draft.Kind.LEFT) {
            message.put("data", draft.kind() == Draft.Kind.JSON ? new JsonText.Verbatim(draft.text()) : draft.text());
        }
        return message;
    }

    /** Where the caller has the right in the room. */
    private Reply in(Ask ask, Action action, Function<RoomId, Reply> work) {
        return in(ask, room -> rights.allowed(ask, action, List.of(room), () -> work.apply(room)));
    }

    private static Reply in(Ask ask, Function<RoomId, Reply> work) {
        return RoomId.parse(ask.variable("room"))
                .map(work)
                .orElseGet(() -> Reply.refused(
                        400, "A room's name is a lower-case letter or digit, then up to 99 of a-z 0-9 . _ : -"));
    }
}
