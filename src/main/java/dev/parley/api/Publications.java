package dev.parley.api;

import dev.parley.Action;
import dev.parley.Verdict;
import dev.parley.api.Operation.Ask;
import dev.parley.api.Operation.Reply;
import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.protocol.Json;
import dev.parley.room.Rooms;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What is said over HTTP: one thing in one log, or the same in several, each stored once by its key. */
final class Publications {
    private static final int MAX_ROOMS = 100; // that something is said in at once
    private static final Reply TOO_BIG =
            new Reply.Refused(413, "Too big", "It would be too long, as members of the room would be sent it.");

    private final Backplane backplane;
    private final Rooms rooms;
    private final Rights rights;

    Publications(Backplane backplane, Rooms rooms, Rights rights) {
        this.backplane = backplane;
        this.rooms = rooms;
        this.rights = rights;
    }

    /** Stores the same in several logs, or in none. */
    Reply publishTogether(Ask ask) {
        Map<String, Json> body = Json.parse(ask.body()).flatMap(Json::members).orElse(Map.of());
        Json data = body.get("data");
        Set<RoomId> rooms = new LinkedHashSet<>();
        List<Json> names =
                Optional.ofNullable(body.get("rooms")).flatMap(Json::elements).orElse(List.of());
        for (Json name : names) {
            name.string().flatMap(RoomId::parse).ifPresent(rooms::add);
        }
        if (data == null || rooms.isEmpty() || rooms.size() < names.size() || names.size() > MAX_ROOMS) {
            return Reply.refused(400, "The body must have data, and rooms: 1 to " + MAX_ROOMS + " names, each once.");
        }
        Optional<String> key =
                Optional.ofNullable(body.get("key")).flatMap(Json::string).or(ask::idempotencyKey);
        if (key.filter(given -> !Draft.isOwnKey(given)).isPresent()) {
            return Reply.refused(400, "key must be 1 to 100 visible characters of ASCII.");
        }
        String own = key.orElseGet(() -> UUID.randomUUID().toString());
        return rights.allowed(
                ask,
                Action.SEND,
                rooms,
                () -> rights.accepted(ask, rooms, data, verdicts -> {
                    Map<RoomId, Draft> drafts = new LinkedHashMap<>();
                    for (RoomId room : rooms) {
                        Draft draft = draft(ask, own, data.source(), Objects.requireNonNull(verdicts.get(room)));
                        if (this.rooms.isTooBig(room, draft)) {
                            return TOO_BIG;
                        }
                        drafts.put(room, draft);
                    }
                    return Reply.of(
                            backplane.publish(drafts, ask.origin()),
                            (Map<RoomId, Appended> stored) -> new Reply.Done(Map.of(
                                    "published",
                                    rooms.stream()
                                            .map(room -> published(
                                                    Map.entry("room", room.name()),
                                                    Objects.requireNonNull(stored.get(room))))
                                            .toList())));
                }));
    }

    /** Stores what came along in a log, and answers where, and {@code whose} log it is. */
    Reply publish(RoomId room, Map.Entry<String, String> whose, Ask ask) {
        Optional<Json> data = Json.parse(ask.body());
        if (data.isEmpty()) {
            return Reply.refused(400, "The body must be one JSON value, nested up to " + Json.MAX_DEPTH + " deep.");
        }
        Optional<String> key = ask.idempotencyKey();
        if (key.filter(given -> !Draft.isOwnKey(given)).isPresent()) {
            return Reply.refused(400, "Idempotency-Key must be 1 to 100 visible characters of ASCII.");
        }
        return rights.accepted(ask, List.of(room), data.get(), verdicts -> {
            String own = key.orElseGet(() -> UUID.randomUUID().toString());
            Draft draft = draft(ask, own, data.get().source(), Objects.requireNonNull(verdicts.get(room)));
            if (rooms.isTooBig(room, draft)) {
                return TOO_BIG;
            }
            return Reply.of(
                    backplane.publish(room, draft, null, ask.origin()),
                    (Appended appended) -> new Reply.Done(published(whose, appended)));
        });
    }

    private static Draft draft(Ask ask, String own, String data, Verdict verdict) {
        String user = ask.caller().name();
        return new Draft(
                Draft.key(ask.caller().hasToken() ? Draft.Origin.TOKEN : Draft.Origin.LOGIN, user, own),
                new Draft.Author(user, "http"),
                Draft.Kind.JSON,
                verdict instanceof Verdict.Changed changed ? changed.data().raw() : data);
    }

    private static Map<String, Object> published(Map.Entry<String, String> whose, Appended appended) {
        Map<String, Object> stored = new LinkedHashMap<>();
        stored.put(whose.getKey(), whose.getValue());
        stored.put("position", appended.position());
        stored.put("duplicate", appended.duplicate());
        return stored;
    }
}
