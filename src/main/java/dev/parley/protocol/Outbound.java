package dev.parley.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a client of {@code parley.v1} may be told: one JSON object in a text message. A closed family. Immutable. */
public sealed interface Outbound {
    /** As it goes on the wire. */
    String text();

    /**
     * The connection stands, and this is who the server takes the client for.
     *
     * @param inbox the name of its user's inbox, which it is in; nothing if there is none
     * @param heartbeat how often the client hears from the server at least
     * @param expires until when the credential is good, by the server's clock
     * @param expiresIn how long that is; what the client goes by, whose clock may be wrong
     */
    record Welcome(
            @Nullable String id,
            String connection,
            String user,
            Optional<String> inbox,
            Duration heartbeat,
            Optional<Instant> expires,
            Optional<Duration> expiresIn,
            Limits limits)
            implements Outbound {
        /** What this server can do that one of before could not, in alphabetical order. */
        public static final List<String> FEATURES = List.of("after", "erased", "presence-data", "rooms", "signal");

        private static final String FEATURES_TEXT = JsonText.of(FEATURES);

        /** What the client has to keep to, so that it can wait by itself instead of being refused. */
        public record Limits(int messageBytes, int messagesPerSecond, int rooms) {}

        @Override
        public String text() {
            return new ObjectText(id, "welcome")
                    .with("connection", connection)
                    .with("user", user)
                    .with("inbox", inbox.orElse(null))
                    .with("heartbeat", Math.max(1, heartbeat.toSeconds()))
                    .with("expires", expires.map(Instant::toString).orElse(null))
                    .with("expiresIn", expiresIn.map(Duration::toSeconds).orElse(null))
                    .open("limits")
                    .with("messageBytes", limits.messageBytes)
                    .with("messagesPerSecond", limits.messagesPerSecond)
                    .with("rooms", limits.rooms)
                    .close()
                    .withJson("features", FEATURES_TEXT)
                    .toString();
        }
    }

    /**
     * The client is in.
     *
     * @param position the last message before the live ones
     * @param reason why what was missed is not replayed; null unless it is lost
     * @param replayed how many messages follow that are not live
     */
    record Joined(
            @Nullable String id,
            String room,
            Mark position,
            Resume resume,
            @Nullable LossReason reason,
            int replayed) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(id, "joined")
                    .with("room", room)
                    .with("position", position)
                    .with("resume", resume.name().toLowerCase(Locale.ROOT))
                    .with("reason", reason == null ? null : reason.word())
                    .with("replayed", replayed)
                    .toString();
        }
    }

    /** What has become of what a client missed. */
    enum Resume {
        NONE,
        OK,
        LOST
    }

    /**
     * The client is out of a room.
     *
     * @param reason why it was taken out; null if it wanted out
     */
    record Left(@Nullable String id, String room, @Nullable String reason) implements Outbound {
        /** Somebody has taken its user out. */
        public static final String REMOVED = "removed";

        /** It may not be there any more. */
        public static final String FORBIDDEN = "forbidden";

        @Override
        public String text() {
            return new ObjectText(id, "left")
                    .with("room", room)
                    .with("reason", reason)
                    .toString();
        }
    }

    /** What the client said is stored, at this position; perhaps since an earlier time. */
    record Ack(@Nullable String id, String room, Mark position, boolean duplicate) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(id, "ack")
                    .with("room", room)
                    .with("position", position)
                    .with("duplicate", duplicate)
                    .toString();
        }
    }

    /**
     * Something stands in the log of a room.
     *
     * @param event what happened, where nobody said anything: {@code left}; null for what was said
     * @param data a JSON value, as it is written into the text
     */
    record Message(
            String room,
            Mark mark,
            Instant at,
            String user,
            String connection,
            @Nullable String event,
            String data) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(null, "message")
                    .with("room", room)
                    .with("seq", mark.seq())
                    .with("message", mark.message())
                    .with("at", at.toString())
                    .from(user, connection)
                    .with("event", event)
                    .withJson("data", data)
                    .toString();
        }
    }

    /**
     * Somebody says something that is not kept.
     *
     * @param data a JSON value, as it is written into the text
     */
    record Signal(String room, String user, String connection, String data) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(null, "signal")
                    .with("room", room)
                    .from(user, connection)
                    .withJson("data", data)
                    .toString();
        }
    }

    /**
     * Something of a room's log was erased.
     *
     * @param mark where it stood; or, with {@code erased}, where the log tells of it
     * @param erased what was erased; null if that is what stood here
     */
    record Erased(
            String room, Mark mark, Instant at, @Nullable Mark erased) implements Outbound {
        @Override
        public String text() {
            ObjectText text = new ObjectText(null, "erased")
                    .with("room", room)
                    .with("seq", mark.seq())
                    .with("message", mark.message())
                    .with("at", at.toString());
            return erased == null
                    ? text.toString()
                    : text.open("erased")
                            .with("seq", erased.seq())
                            .with("message", erased.message())
                            .toString();
        }
    }

    /**
     * Messages of a room's past.
     *
     * @param messages each as the text of a {@link Message} or an {@link Erased}, oldest first
     * @param more whether there are older ones
     */
    record History(@Nullable String id, String room, List<String> messages, boolean more) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(id, "history")
                    .with("room", room)
                    .withJson("messages", "[" + String.join(",", messages) + "]")
                    .with("more", more)
                    .toString();
        }
    }

    /**
     * A user in a room.
     *
     * @param data what it says of itself, as JSON; empty if nothing
     */
    record Member(String user, int connections, String data) {
        private static String list(Collection<Member> members) {
            return ObjectText.list(members, (member, list) -> {
                list.append("{\"user\":");
                Json.quote(member.user, list);
                list.append(",\"connections\":").append(member.connections);
                if (!member.data.isEmpty()) {
                    list.append(",\"data\":").append(member.data);
                }
                list.append('}');
            });
        }
    }

    /** Who is in a room. */
    record Members(String room, Collection<Member> members) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(null, "members")
                    .with("room", room)
                    .withJson("members", Member.list(members))
                    .toString();
        }
    }

    /**
     * Some of those who are in a room, for who has asked.
     *
     * @param count how many are in
     * @param more whether there are some after these
     */
    record Page(@Nullable String id, String room, Collection<Member> members, int count, boolean more)
            implements Outbound {
        @Override
        public String text() {
            return new ObjectText(id, "members")
                    .with("room", room)
                    .withJson("members", Member.list(members))
                    .with("count", count)
                    .with("more", more)
                    .toString();
        }
    }

    /**
     * Who has come into a room, who has gone, and who says something else of itself.
     *
     * @param changed by user what is said, as JSON, those included who have come and say something; empty for nothing any more
     */
    record Presence(String room, Collection<String> joined, Collection<String> left, Map<String, String> changed)
            implements Outbound {
        @Override
        public String text() {
            return new ObjectText(null, "presence")
                    .with("room", room)
                    .withJson("joined", ObjectText.list(joined, Json::quote))
                    .withJson("left", ObjectText.list(left, Json::quote))
                    .withJson(
                            "changed", changed.isEmpty() ? null : ObjectText.list(changed.entrySet(), Presence::change))
                    .toString();
        }

        private static void change(Map.Entry<String, String> said, StringBuilder list) {
            list.append("{\"user\":");
            Json.quote(said.getKey(), list);
            list.append(",\"data\":").append(said.getValue().isEmpty() ? "null" : said.getValue());
            list.append('}');
        }
    }

    /** How many users are in a room that is too big to name them. */
    record Crowd(String room, int count) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(null, "members")
                    .with("room", room)
                    .with("count", count)
                    .toString();
        }
    }

    /** The new credential is good, until then, which is that long. */
    record Refreshed(@Nullable String id, Optional<Instant> expires, Optional<Duration> expiresIn) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(id, "refreshed")
                    .with("expires", expires.map(Instant::toString).orElse(null))
                    .with("expiresIn", expiresIn.map(Duration::toSeconds).orElse(null))
                    .toString();
        }
    }

    /**
     * What the client asked for was not done.
     *
     * @param after when it may be tried again; null if that is not known
     * @param sentence for whoever writes the client
     */
    record Failure(
            @Nullable String id, ErrorCode code, @Nullable Duration after, String sentence) implements Outbound {
        /** May be said again at once, after what comes before it. */
        public static Failure outOfOrder(@Nullable String id) {
            return new Failure(id, ErrorCode.OUT_OF_ORDER, Duration.ZERO, ErrorCode.OUT_OF_ORDER.sentence());
        }

        @Override
        public String text() {
            ObjectText text =
                    new ObjectText(id, "error").with("code", code.word()).with("retry", code.mayRetry());
            if (after != null) {
                text.with("after", after.toMillis());
            }
            return text.with("message", sentence).toString();
        }
    }

    /**
     * What the client said is not stored, because a policy does not take it; the same again would not be taken either.
     *
     * @param reason the policy's code, for the client
     * @param sentence the policy's, for the author
     */
    record Rejected(@Nullable String id, String reason, String sentence) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(id, "error")
                    .with("code", ErrorCode.REJECTED.word())
                    .with("retry", ErrorCode.REJECTED.mayRetry())
                    .with("reason", reason)
                    .with("message", sentence)
                    .toString();
        }
    }

    /** Messages are missing from here on, until the client joins again with its last position. */
    record Gap(String room) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(null, "gap").with("room", room).toString();
        }
    }

    /** Messages were left out here, because the client did not keep up and the room prefers new to old. */
    record Dropped(String room, int count) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(null, "dropped")
                    .with("room", room)
                    .with("count", count)
                    .toString();
        }
    }

    /** Are you there? */
    record Ping() implements Outbound {
        @Override
        public String text() {
            return "{\"type\":\"ping\"}";
        }
    }

    /** The connection is about to be closed; the client comes back after a random time in this range. */
    record Bye(CloseCode code, boolean reconnect, Duration earliest, Duration latest) implements Outbound {
        @Override
        public String text() {
            return new ObjectText(null, "bye")
                    .with("code", code.code())
                    .with("reconnect", reconnect)
                    .withJson("after", "[" + earliest.toMillis() + "," + latest.toMillis() + "]")
                    .toString();
        }

        /** At the end of a stream of events, which has no close frame that says why. */
        public static String text(CloseStatus code) {
            return new ObjectText(null, "bye")
                    .with("code", code.code())
                    .with("reason", code.reason().isEmpty() ? null : code.reason())
                    .with("reconnect", code.mayReconnect())
                    .toString();
        }

        /** When whoever is told so may come back, in milliseconds: the earliest and the latest. */
        public static Optional<List<Integer>> range(String text) {
            return Json.parse(text)
                    .flatMap(Json::members)
                    .map(told -> told.get("after"))
                    .flatMap(Json::elements)
                    .map(range -> range.stream()
                            .flatMap(millis -> millis.integer().stream())
                            .map(Integer::valueOf)
                            .toList())
                    .filter(range -> range.size() == 2);
        }
    }
}
