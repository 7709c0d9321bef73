package dev.parley.api;

import dev.parley.Action;
import dev.parley.Verdict;
import dev.parley.api.Operation.Ask;
import dev.parley.api.Operation.Body;
import dev.parley.api.Operation.Parameter;
import dev.parley.api.Operation.Reply;
import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.dialogue.Policies;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import dev.parley.room.Rooms;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the HTTP API can do with rooms. A room need not have members here: it is its log that is asked.
 *
 * <p>A role of the realm is good for all rooms. Whoever brings a token needs, besides the scope, the right in the room that a socket
 * of that credential would need.
 */
public final class RoomOperations {
    private static final int MAX_ROOMS = 100; // that something is said in at once
    private static final int MAX_MESSAGES = 200;
    private static final Reply TOO_BIG =
            new Reply.Refused(413, "Too big", "It would be too long, as members of the room would be sent it.");
    private static final long MAX_BYTES = 4 << 20; // of what was said, in one answer
    private static final long PATIENCE_SECONDS = 5;

    private final Backplane backplane;
    private final Rooms rooms;
    private final RoomDetails details;
    private final Cluster cluster;
    private final Policies policies;

    public RoomOperations(Backplane backplane, Rooms rooms, RoomDetails details, Cluster cluster, Policies policies) {
        this.policies = policies;
        this.rooms = rooms;
        this.cluster = cluster;
        this.backplane = backplane;
        this.details = details;
    }

    List<Operation> all() {
        return List.of(
                new Operation(
                        "room",
                        "GET",
                        "/rooms/{room}",
                        Permit.WATCH,
                        "One room: where its log ends, how much of it is kept, and who is in, over all nodes.",
                        List.of(),
                        Optional.empty(),
                        200,
                        ask -> in(ask, Action.PRESENCE, room -> await(details.of(room), Reply.Done::new))),
                new Operation(
                        "publish",
                        "POST",
                        "/rooms/{room}/messages",
                        Permit.PUBLISH,
                        "Says something in a room: the body, any JSON value. The same Idempotency-Key again within"
                                + " five minutes is stored once. What a policy rejects is 422, with its code.",
                        List.of(),
                        Optional.of(new Body("What is said.", Map.of())),
                        201,
                        ask -> in(ask, Action.SEND, room -> publish(room, Map.entry("room", room.name()), ask))),
                new Operation(
                        "publishTogether",
                        "POST",
                        "/messages",
                        Permit.PUBLISH,
                        "Says the same in several rooms, up to 100: in all of them, or in none if one is not allowed,"
                                + " or rejected by a policy. Over a Redis Cluster some may have it when the engine fails;"
                                + " the same key again stores it in the others.",
                        List.of(),
                        Optional.of(new Body(
                                "The rooms, and what is said: any JSON value. key counts as an Idempotency-Key.",
                                Map.of(
                                        "type",
                                        "object",
                                        "properties",
                                        Map.of(
                                                "rooms",
                                                Map.of("type", "array", "items", Map.of("type", "string")),
                                                "data",
                                                Map.of(),
                                                "key",
                                                Map.of("type", "string")),
                                        "required",
                                        List.of("rooms", "data")))),
                        201,
                        this::publishTogether),
                new Operation(
                        "history",
                        "GET",
                        "/rooms/{room}/messages",
                        Permit.HISTORY,
                        "What was said in a room, oldest first: up to 4 MiB of it, at least one message. If there is"
                                + " more before it, more is true.",
                        List.of(
                                new Parameter("before", "integer", "Only what stands before this number."),
                                new Parameter(
                                        "limit",
                                        "integer",
                                        "The last so many, 50 unless said, up to " + MAX_MESSAGES + ".")),
                        Optional.empty(),
                        200,
                        ask -> in(ask, Action.HISTORY, room -> history(room, ask))),
                new Operation(
                        "purge",
                        "DELETE",
                        "/rooms/{room}/messages",
                        Permit.PURGE,
                        "Forgets all that was said in a room, on all nodes and for good. Who is there stays.",
                        List.of(),
                        Optional.empty(),
                        200,
                        ask -> in(
                                ask,
                                room -> await(
                                        backplane.purge(room),
                                        purged -> new Reply.Done(
                                                Map.of("room", room.name(), "purged", position(purged)))))),
                new Operation(
                        "erase",
                        "DELETE",
                        "/rooms/{room}/messages/{message}",
                        Permit.ACT,
                        "Forgets one message, by its id, on all nodes and for good. Whoever reads the room is told"
                                + " that it was erased.",
                        List.of(),
                        Optional.empty(),
                        204,
                        ask -> in(
                                ask,
                                room -> await(
                                        backplane.erase(room, ask.variable("message")),
                                        isErased -> isErased
                                                ? new Reply.Done(Map.of())
                                                : Operations.refused(404, "There is no such message.")))),
                new Operation(
                        "closeRoom",
                        "DELETE",
                        "/rooms/{room}/members",
                        Permit.ACT,
                        "Closes all connections that are in a room with 4501, on all nodes. What was said there stays.",
                        List.of(),
                        Optional.empty(),
                        202,
                        ask -> in(ask, room -> {
                            cluster.empty(room);
                            return new Reply.Done(Map.of("said", true));
                        })),
                new Operation(
                        "members",
                        "GET",
                        "/rooms/{room}/members",
                        Permit.WATCH,
                        "Who is in a room, over all nodes.",
                        List.of(),
                        Optional.empty(),
                        200,
                        ask -> in(
                                ask,
                                Action.PRESENCE,
                                room -> await(
                                        backplane.presence().members(room),
                                        members -> new Reply.Done(Map.of(
                                                "room",
                                                room.name(),
                                                "members",
                                                members.entrySet().stream()
                                                        .map(RoomDetails::row)
                                                        .toList()))))));
    }

    private Reply publishTogether(Ask ask) {
        Map<String, Json> body = Json.parse(ask.body()).flatMap(Json::members).orElse(Map.of());
        Json data = body.get("data");
        Set<RoomId> rooms = new LinkedHashSet<>();
        List<Json> names =
                Optional.ofNullable(body.get("rooms")).flatMap(Json::elements).orElse(List.of());
        for (Json name : names) {
            name.string().flatMap(RoomId::parse).ifPresent(rooms::add);
        }
        if (data == null || rooms.isEmpty() || rooms.size() < names.size() || names.size() > MAX_ROOMS) {
            return Operations.refused(
                    400, "The body must have data, and rooms: 1 to " + MAX_ROOMS + " names, each once.");
        }
        Optional<String> key =
                Optional.ofNullable(body.get("key")).flatMap(Json::string).or(ask::idempotencyKey);
        if (key.filter(given -> !Draft.isOwnKey(given)).isPresent()) {
            return Operations.refused(400, "key must be 1 to 100 visible characters of ASCII.");
        }
        String own = key.orElseGet(() -> UUID.randomUUID().toString());
        return allowed(
                ask,
                Action.SEND,
                rooms,
                () -> accepted(ask, rooms, data, verdicts -> {
                    Map<RoomId, Draft> drafts = new LinkedHashMap<>();
                    for (RoomId room : rooms) {
                        Draft draft = draft(ask, own, data.source(), Objects.requireNonNull(verdicts.get(room)));
                        if (this.rooms.isTooBig(room, draft)) {
                            return TOO_BIG;
                        }
                        drafts.put(room, draft);
                    }
                    return await(
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
            return Operations.refused(
                    400, "The body must be one JSON value, nested up to " + Json.MAX_DEPTH + " deep.");
        }
        Optional<String> key = ask.idempotencyKey();
        if (key.filter(given -> !Draft.isOwnKey(given)).isPresent()) {
            return Operations.refused(400, "Idempotency-Key must be 1 to 100 visible characters of ASCII.");
        }
        return accepted(ask, List.of(room), data.get(), verdicts -> {
            String own = key.orElseGet(() -> UUID.randomUUID().toString());
            Draft draft = draft(ask, own, data.get().source(), Objects.requireNonNull(verdicts.get(room)));
            if (rooms.isTooBig(room, draft)) {
                return TOO_BIG;
            }
            return await(
                    backplane.publish(room, draft, null, ask.origin()),
                    (Appended appended) -> new Reply.Done(published(whose, appended)));
        });
    }

    /** What a policy does not reject. */
    private Reply accepted(Ask ask, Collection<RoomId> rooms, Json data, Function<Map<RoomId, Verdict>, Reply> then) {
        return await(policies.accept(ask.caller().known(), rooms, data), answers -> {
            Map<RoomId, Verdict> verdicts = new HashMap<>();
            for (RoomId room : rooms) {
                Optional<Verdict> verdict = Objects.requireNonNull(answers.get(room));
                if (verdict.isEmpty()) {
                    return new Reply.Refused(
                            503, "Unavailable", "The policy does not answer; with the same key it may be tried again.");
                }
                if (verdict.get() instanceof Verdict.Rejected rejected) {
                    return new Reply.Rejected(rejected.code(), rejected.sentence());
                }
                verdicts.put(room, verdict.get());
            }
            return then.apply(verdicts);
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
        stored.put("position", position(appended.position()));
        stored.put("duplicate", appended.duplicate());
        return stored;
    }

    private Reply history(RoomId room, Ask ask) {
        String limit = ask.parameter("limit").orElse("50");
        String before = ask.parameter("before").orElse(Long.toString(Long.MAX_VALUE));
        if (!limit.matches("[0-9]{1,3}") || Integer.parseInt(limit) > MAX_MESSAGES || !before.matches("[0-9]{1,19}")) {
            return Operations.refused(400, "limit must be a number up to " + MAX_MESSAGES + ", before a number.");
        }
        long seq;
        try {
            seq = Long.parseLong(before);
        } catch (NumberFormatException tooBig) {
            seq = Long.MAX_VALUE;
        }
        return await(
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
        Map<String, Object> message = new LinkedHashMap<>(position(entry.position()));
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

    static Map<String, Object> position(Position position) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("epoch", position.epoch());
        told.put("seq", position.seq());
        told.put("message", position.message());
        return told;
    }

    /** Where the caller has the right in the room. */
    private Reply in(Ask ask, Action action, Function<RoomId, Reply> work) {
        return in(ask, room -> allowed(ask, action, List.of(room), () -> work.apply(room)));
    }

    private Reply allowed(Ask ask, Action action, Collection<RoomId> rooms, Supplier<Reply> work) {
        if (!ask.caller().hasToken()) {
            return work.get();
        }
        return await(policies.decide(ask.caller().known(), action, rooms), decisions -> {
            if (decisions.containsValue(Decision.DENIED)) {
                return new Reply.Refused(403, "Not allowed", "The rules for this room do not allow it.");
            }
            return decisions.containsValue(Decision.UNKNOWN)
                    ? new Reply.Refused(503, "Unavailable", "The policy does not answer; it may be tried again.")
                    : work.get();
        });
    }

    private static Reply in(Ask ask, Function<RoomId, Reply> work) {
        return RoomId.parse(ask.variable("room"))
                .map(work)
                .orElseGet(() -> Operations.refused(
                        400, "A room's name is a lower-case letter or digit, then up to 99 of a-z 0-9 . _ : -"));
    }

    static <T> Reply await(CompletionStage<T> stage, Function<T, Reply> then) {
        try {
            return then.apply(stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply.Refused(503, "Unavailable", "The node is stopping.");
        } catch (TimeoutException e) {
            return new Reply.Refused(
                    503, "Unavailable", "The backplane does not answer; with the same key it may be tried again.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BackplaneException) {
                return new Reply.Refused(
                        503, "Unavailable", "The backplane is away; with the same key it may be tried again.");
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
