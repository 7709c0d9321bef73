package dev.parley.api;

import dev.parley.api.Operation.Ask;
import dev.parley.api.Operation.Body;
import dev.parley.api.Operation.Parameter;
import dev.parley.api.Operation.Reply;
import dev.parley.backplane.RoomId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the HTTP API can do with users. No policy is asked: an inbox is nobody's room, so whoever has the permit may write to all of
 * them.
 */
public final class UserOperations {
    private static final String NAMED =
            " A visitor who merely says the name is another one. A / cannot stand in a path.";

    private final Users users;
    private final Cluster cluster;
    private final RoomOperations rooms;

    public UserOperations(Users users, Cluster cluster, RoomOperations rooms) {
        this.users = users;
        this.cluster = cluster;
        this.rooms = rooms;
    }

    List<Operation> all() {
        return List.of(
                new Operation(
                        "user",
                        "GET",
                        "/users/{user}",
                        Permit.WATCH,
                        "Whether a user of a login or a token is connected, since when and how often, over all nodes."
                                + NAMED,
                        List.of(),
                        Optional.empty(),
                        200,
                        this::user),
                new Operation(
                        "tell",
                        "POST",
                        "/users/{user}/messages",
                        Permit.TELL,
                        "Says something to all connections of a user: the body, any JSON value. It is kept in the user's inbox, which"
                                + " clients resume. The same Idempotency-Key again within five minutes is stored once."
                                + NAMED,
                        List.of(),
                        Optional.of(new Body("What is said.", Map.of())),
                        201,
                        this::tell),
                new Operation(
                        "disconnectUser",
                        "DELETE",
                        "/users/{user}/connections",
                        Permit.ACT,
                        "Closes all connections of a user of a login or a token with 4501, on all nodes." + NAMED,
                        List.of(new Parameter(
                                "reason", "string", "For the client, at most 123 bytes; our own if there is none.")),
                        Optional.empty(),
                        202,
                        this::disconnect));
    }

    private Reply user(Ask ask) {
        String name = ask.variable("user");
        if (name.isEmpty()) {
            return noName();
        }
        try {
            return RoomOperations.await(users.find(name), found -> new Reply.Done(described(name, found)));
        } catch (IllegalArgumentException tooLong) {
            return noName();
        }
    }

    private static Map<String, Object> described(String name, Users.Found found) {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("user", name);
        user.put("online", found.connections() > 0);
        user.put("connections", found.connections());
        found.since().map(Instant::toString).ifPresent(since -> user.put("since", since));
        user.put("silent", found.silent());
        return user;
    }

    private Reply tell(Ask ask) {
        String name = ask.variable("user");
        Optional<RoomId> inbox = RoomId.inbox(name);
        if (inbox.isEmpty()) {
            return noName();
        }
        return users.hasInboxes()
                ? rooms.publish(inbox.get(), Map.entry("user", name), ask)
                : Operations.refused(404, "There are no inboxes here: parley.inboxes is false.");
    }

    private Reply disconnect(Ask ask) {
        try {
            String reason = ask.parameter("reason").orElse("");
            Users.requireShort(reason);
            Users.disconnect(cluster, ask.variable("user"), reason);
            return Operations.said();
        } catch (IllegalArgumentException tooLong) {
            return Operations.refused(400, "A reason has at most 123 bytes, a name 255 characters.");
        }
    }

    private static Reply noName() {
        return Operations.refused(400, "A user's name has 1 to " + RoomId.MAX_USER_LENGTH + " characters.");
    }
}
