package dev.parley.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The fields of one message of a client, on their way to become an {@link Inbound}. Unknown ones are not looked at. */
final class Fields {
    private static final int MAX_ID_LENGTH = 20;
    private static final int MAX_SEQ_LENGTH = 18;
    private static final int MAX_WORD_LENGTH = 100;
    private static final int MAX_TOKEN_LENGTH = 16 * 1024;
    private static final int MAX_NAME_LENGTH = 255; // of a user
    private static final int DEFAULT_HISTORY = 50;

    private final Map<String, Json> fields;
    private @Nullable String id;

    Fields(Map<String, Json> fields) {
        this.fields = fields;
    }

    /** A field is not as it has to be. Stays inside this class, and carries no stack trace: a peer's fault is ordinary. */
    private static final class Flawed extends Exception {
        private static final long serialVersionUID = 1;

        private final Inbound.Flaw flaw;

        Flawed(Inbound.Flaw flaw) {
            super(null, null, false, false);
            this.flaw = flaw;
        }
    }

    Inbound read() {
        try {
            id = id();
            String type = word("type").orElseThrow(() -> new Flawed(Inbound.Flaw.NO_TYPE));
            return switch (type) {
                case "connect" -> new Inbound.Connect(id, text("token", MAX_TOKEN_LENGTH), word("user"));
                case "refresh" ->
                    new Inbound.Refresh(
                            id, text("token", MAX_TOKEN_LENGTH).orElseThrow(() -> new Flawed(Inbound.Flaw.BAD_FIELD)));
                case "join" -> given("rooms") == null ? join() : joins();
                case "presence" -> new Inbound.Presence(id, room(), data());
                case "members" ->
                    new Inbound.Members(
                            id, room(), text("after", MAX_NAME_LENGTH).orElse(""), limit());
                case "leave" -> new Inbound.Leave(id, room());
                case "send" -> new Inbound.Send(id, room(), key(), word("after").orElse(null), data());
                case "signal" -> new Inbound.Signal(id, room(), data());
                case "history" -> new Inbound.History(id, room(), before(), limit());
                case "pong" -> new Inbound.Pong(id);
                default -> new Inbound.Malformed(id, Inbound.Flaw.UNKNOWN_TYPE);
            };
        } catch (Flawed flawed) {
            return new Inbound.Malformed(id, flawed.flaw);
        }
    }

    /** Presence is wanted or not, or wanted and given. */
    private Inbound.Join join() throws Flawed {
        String room = room();
        Json presence = given("presence");
        if (presence == null || presence.kind() != Json.Kind.OBJECT) {
            return new Inbound.Join(id, room, since(), truth("presence"), null);
        }
        return new Inbound.Join(
                id, room, since(), true, presence.members().orElse(Map.of()).get("data"));
    }

    private Inbound.Joins joins() throws Flawed {
        Json given = given("rooms");
        List<Json> elements = given == null ? List.of() : given.elements().orElse(List.of());
        if (elements.isEmpty() || elements.size() > Inbound.Joins.MAX) {
            throw new Flawed(Inbound.Flaw.BAD_ROOMS);
        }
        List<Inbound.Join> joins = new ArrayList<>();
        for (Json element : elements) {
            Fields room = new Fields(element.members().orElseThrow(() -> new Flawed(Inbound.Flaw.BAD_ROOMS)));
            room.id = id;
            joins.add(room.join());
        }
        return new Inbound.Joins(id, joins);
    }

    private @Nullable String id() throws Flawed {
        Json given = given("id");
        if (given == null) {
            return null;
        }
        return given.integer()
                .filter(digits -> digits.length() <= MAX_ID_LENGTH)
                .orElseThrow(() -> new Flawed(Inbound.Flaw.BAD_ID));
    }

    /** A name of any form; the room's own rule is the room's own affair. */
    private String room() throws Flawed {
        return word("room").orElseThrow(() -> new Flawed(Inbound.Flaw.NO_ROOM));
    }

    private String key() throws Flawed {
        return word("key").filter(key -> !key.isEmpty()).orElseThrow(() -> new Flawed(Inbound.Flaw.NO_KEY));
    }

    /** Null is a value; only a field that is not there is missing. */
    private Json data() throws Flawed {
        Json data = fields.get("data");
        if (data == null) {
            throw new Flawed(Inbound.Flaw.NO_DATA);
        }
        return data;
    }

    private @Nullable Mark since() throws Flawed {
        Json given = given("since");
        if (given == null) {
            return null;
        }
        try {
            Fields mark = new Fields(given.members().orElse(Map.of()));
            return new Mark(
                    mark.word("epoch").orElseThrow(() -> new Flawed(Inbound.Flaw.BAD_SINCE)),
                    mark.number("seq").orElseThrow(() -> new Flawed(Inbound.Flaw.BAD_SINCE)),
                    mark.word("message").orElse(""));
        } catch (Flawed inside) {
            throw new Flawed(Inbound.Flaw.BAD_SINCE);
        }
    }

    private OptionalLong before() throws Flawed {
        return number("before");
    }

    private int limit() throws Flawed {
        long limit = number("limit").orElse(DEFAULT_HISTORY);
        if (limit < 1 || limit > Inbound.MAX_HISTORY) {
            throw new Flawed(Inbound.Flaw.BAD_RANGE);
        }
        return (int) limit;
    }

    private OptionalLong number(String name) throws Flawed {
        Json given = given(name);
        if (given == null) {
            return OptionalLong.empty();
        }
        String digits = given.integer()
                .filter(text -> text.length() <= MAX_SEQ_LENGTH && !text.startsWith("-"))
                .orElseThrow(() -> new Flawed(Inbound.Flaw.BAD_RANGE));
        return OptionalLong.of(Long.parseLong(digits));
    }

    private boolean truth(String name) throws Flawed {
        Json given = given(name);
        if (given == null) {
            return false;
        }
        if (given.kind() != Json.Kind.BOOLEAN) {
            throw new Flawed(Inbound.Flaw.BAD_FIELD);
        }
        return given.source().equals("true");
    }

    private Optional<String> word(String name) throws Flawed {
        return text(name, MAX_WORD_LENGTH);
    }

    private Optional<String> text(String name, int maxLength) throws Flawed {
        Json given = given(name);
        if (given == null) {
            return Optional.empty();
        }
        // Looked at as it was written first: nothing long is decoded only to be refused.
        if (given.kind() != Json.Kind.STRING || given.source().length() > 6 * maxLength + 2) {
            throw new Flawed(Inbound.Flaw.BAD_FIELD);
        }
        Optional<String> text = given.string();
        if (text.filter(word -> word.length() > maxLength).isPresent()) {
            throw new Flawed(Inbound.Flaw.BAD_FIELD);
        }
        return text;
    }

    /** Null is the same as not given. */
    private @Nullable Json given(String name) {
        Json given = fields.get(name);
        return given == null || given.kind() == Json.Kind.NULL ? null : given;
    }
}
