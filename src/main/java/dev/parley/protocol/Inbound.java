package dev.parley.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a client of {@code parley.v1} may say: one JSON object in a text message. A closed family; what cannot be understood is
 * a member of it, too. Immutable.
 *
 * <p>Each may carry an {@code id}, an integer as the client wrote it, which comes back on the answer.
 */
public sealed interface Inbound {
    /** The client's own number for it; null if it gave none. */
    @Nullable
    String id();

    /** Who is there; needed only where the handshake carried no credential. */
    record Connect(@Nullable String id, Optional<String> token, Optional<String> user) implements Inbound {
        /** Says nothing of the credential. */
        @Override
        public String toString() {
            return "connect";
        }
    }

    /** A new credential in place of one that ends. */
    record Refresh(@Nullable String id, String token) implements Inbound {
        /** Says nothing of the credential. */
        @Override
        public String toString() {
            return "refresh";
        }
    }

    /**
     * Wants to be in a room, from the present on or from a position.
     *
     * @param since the last position that the client has seen; null if none
     * @param presence whether it wants to be told who is there
     * @param data what it says of itself to those who are told; null if nothing
     */
    record Join(
            @Nullable String id,
            String room,
            @Nullable Mark since,
            boolean presence,
            @Nullable Json data) implements Inbound {}

    /** Wants to be in several rooms: the same as one {@link Join} for each, of which each is answered. All have the same id. */
    record Joins(@Nullable String id, List<Join> each) implements Inbound {
        /** How many rooms at most. */
        public static final int MAX = 100;

        public Joins {
            each = List.copyOf(each);
        }
    }

    /**
     * Says something else of itself than before.
     *
     * @param data any JSON value; null for nothing any more
     */
    record Presence(@Nullable String id, String room, Json data) implements Inbound {
        /** The longest data, in bytes of UTF-8. */
        public static final int MAX_BYTES = 1_024;
    }

    /**
     * Wants to be told who is in a room, in the order of names.
     *
     * @param after the last name that it has been told; empty for the beginning
     * @param limit how many users at most
     */
    record Members(@Nullable String id, String room, String after, int limit) implements Inbound {}

    /** Wants out of a room. */
    record Leave(@Nullable String id, String room) implements Inbound {}

    /**
     * Has something to say.
     *
     * @param key made by the client: the same key again is not said twice
     * @param after the key of what must be stored before; null if that does not matter
     * @param data any JSON value, as the client wrote it
     */
    record Send(
            @Nullable String id,
            String room,
            String key,
            @Nullable String after,
            Json data) implements Inbound {
        /** Says nothing of the payload. */
        @Override
        public String toString() {
            return "send to " + room;
        }
    }

    /**
     * Has something to say to those who are there just now, which is not kept.
     *
     * @param data any JSON value, as the client wrote it
     */
    record Signal(@Nullable String id, String room, Json data) implements Inbound {
        /** The longest data, in bytes of UTF-8. */
        public static final int MAX_BYTES = 4_096;

        /** Says nothing of the payload. */
        @Override
        public String toString() {
            return "signal to " + room;
        }
    }

    /**
     * Wants to read what was said.
     *
     * @param before the number of the oldest message that it has; nothing for the end of the log
     * @param limit how many at most
     */
    record History(@Nullable String id, String room, OptionalLong before, int limit) implements Inbound {}

    /** Is there. */
    record Pong(@Nullable String id) implements Inbound {}

    /** Cannot be understood. */
    record Malformed(@Nullable String id, Flaw flaw) implements Inbound {}

    /** What is wrong with a message that cannot be understood. */
    enum Flaw {
        NO_OBJECT("a message is one JSON object, nested at most " + Json.MAX_DEPTH + " deep"),
        BAD_ID("id is an integer"),
        NO_TYPE("type is missing"),
        UNKNOWN_TYPE("no such type"),
        NO_ROOM("room is missing"),
        BAD_ROOMS("rooms is a list of 1 to " + Joins.MAX + " objects, each with a room"),
        NO_KEY("key is 1 to 100 characters"),
        NO_DATA("data is missing"),
        BAD_SINCE("since is an object with epoch, seq and message"),
        BAD_RANGE("before is a positive integer, limit is 1 to 100"),
        BAD_FIELD("a field is not of its type, or too long");

        private final String sentence;

        Flaw(String sentence) {
            this.sentence = sentence;
        }

        /** For whoever writes the client. */
        public String sentence() {
            return sentence;
        }
    }

    /** How many messages of a room's past one answer holds at most. */
    int MAX_HISTORY = 100;

    /** Understands any text. Never throws. */
    static Inbound parse(String text) {
        Map<String, Json> fields = Json.parse(text).flatMap(Json::members).orElse(null);
        return fields == null ? new Malformed(null, Flaw.NO_OBJECT) : new Fields(fields).read();
    }
}
