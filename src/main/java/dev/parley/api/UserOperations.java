package dev.parley.api;

import dev.parley.api.Operation.Ask;
import dev.parley.api.Operation.Parameter;
import dev.parley.api.Operation.Reply;
import dev.parley.backplane.RoomId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
                        "GET /users/{user}",
                        Permit.WATCH,
                        "Whether a user of a login or a token is connected, since when and how often, over all nodes."
                                + NAMED,
                        200,
                        this::user),
                new Operation(
                                "tell",
                                "POST /users/{user}/messages",
                                Permit.TELL,
                                "Says something to all connections of a user: the body, any JSON value. It is kept in the user's inbox, which"
                                        + " clients resume. The same Idempotency-Key again within five minutes is stored once."
                                        + NAMED,
                                201,
                                this::tell)
                        .with("What is said.", Map.of()),
                new Operation(
                                "disconnectUser",
                                "DELETE /users/{user}/connections",
                                Permit.ACT,
                                "Closes all connections of a user of a login or a token with 4501, on all nodes."
                                        + NAMED,
                                202,
                                this::disconnect)
                        .with(List.of(new Parameter(
                                "reason", "string", "For the client, at most 123 bytes; our own if there is none."))));
    }

    private Reply user(Ask ask) {
        String name = ask.variable("user");
        if (name.isEmpty()) {
            return noName();
        }
        try {
            return Reply.of(
                    users.find(name),
                    found -> new Reply.Done(new Described(
                            name, found.connections() > 0, found.connections(), found.since(), found.silent())));
        } catch (IllegalArgumentException tooLong) {
            return noName();
        }
    }

    /** What is answered of a user. */
    private record Described(
            String user, boolean online, int connections, Optional<Instant> since, Set<String> silent) {}

    private Reply tell(Ask ask) {
        String name = ask.variable("user");
        Optional<RoomId> inbox = RoomId.inbox(name);
        if (inbox.isEmpty()) {
            return noName();
        }
        return users.hasInboxes()
                ? rooms.publications().publish(inbox.get(), Map.entry("user", name), ask)
                : Reply.refused(404, "There are no inboxes here: parley.inboxes is false.");
    }

    private Reply disconnect(Ask ask) {
        try {
            String reason = ask.parameter("reason").orElse("");
            Users.requireShort(reason);
            Users.disconnect(cluster, ask.variable("user"), reason);
            return Reply.said();
        } catch (IllegalArgumentException tooLong) {
            return Reply.refused(400, "A reason has at most 123 bytes, a name 255 characters.");
        }
    }

    private static Reply noName() {
        return Reply.refused(400, "A user's name has 1 to " + RoomId.MAX_USER_LENGTH + " characters.");
    }
}
