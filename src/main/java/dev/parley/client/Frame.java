package dev.parley.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One JSON object of the wire, read as far as somebody asks. Immutable. */
final class Frame {
    private final Map<String, String> members;

    /** Throws {@code IllegalArgumentException} if it is no JSON object. */
    Frame(String json) {
        members = JsonReader.members(json);
    }

    boolean has(String name) {
        return members.containsKey(name) && !"null".equals(members.get(name));
    }

    @Nullable
    String raw(String name) {
        return members.get(name);
    }

    /** A text; empty if there is none. */
    String text(String name) {
        Object value = has(name) ? JsonReader.value(members.getOrDefault(name, "")) : "";
        return value instanceof String text ? text : "";
    }

    /** A number; {@code NaN} if there is none. */
    double number(String name) {
        Object value = has(name) ? JsonReader.value(members.getOrDefault(name, "")) : null;
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** An integer; 0 if there is none. */
    long integer(String name) {
        Object value = has(name) ? JsonReader.value(members.getOrDefault(name, "")) : null;
        return value instanceof Number number ? number.longValue() : 0;
    }

    boolean flag(String name) {
        return "true".equals(members.get(name));
    }

    Frame object(String name) {
        return new Frame(members.getOrDefault(name, "{}"));
    }

    List<Frame> objects(String name) {
        List<Frame> objects = new ArrayList<>();
        JsonReader.elements(members.getOrDefault(name, "[]")).forEach(element -> objects.add(new Frame(element)));
        return objects;
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        JsonReader.elements(members.getOrDefault(name, "[]"))
                .forEach(element -> texts.add(String.valueOf(JsonReader.value(element))));
        return texts;
    }

    List<Double> numbers(String name) {
        List<Double> numbers = new ArrayList<>();
        JsonReader.elements(members.getOrDefault(name, "[]")).forEach(element -> numbers.add(Double.valueOf(element)));
        return numbers;
    }

    Position position() {
        Frame position = object("position");
        return new Position(position.text("epoch"), position.integer("seq"), position.text("message"));
    }

    /** A frame to be sent: its type, then whatever is added. */
    static final class Writer {
        private static final Pattern HALF_PAIR = Pattern.compile("\\p{Cs}"); // whole pairs are read as one character

        private final StringBuilder text = new StringBuilder("{\"type\":");

        Writer(String type) {
            PlainBinding.quote(type, text);
        }

        Writer with(String name, String value) {
            return name(name, () -> PlainBinding.quote(value, text));
        }

        /** Adds JSON as it is, nothing if it is null. */
        Writer withJson(String name, @Nullable Object json) {
            return json == null ? this : name(name, () -> text.append(json));
        }

        Writer with(String name, @Nullable Position position) {
            return position == null
                    ? this
                    : withJson(
                            name,
                            PlainBinding.INSTANCE.write(Map.of(
                                    "epoch", position.epoch(), "seq", position.seq(), "message", position.message())));
        }

        /** The frame under a number of the client's. */
        String text(long id) {
            return wellFormed(text + ",\"id\":" + id + "}");
        }

        String text() {
            return wellFormed(text + "}");
        }

        /** Half of a pair of surrogates, as a text cut in two may have, is no Unicode that a WebSocket could carry: it is escaped. */
        private static String wellFormed(String json) {
            return HALF_PAIR
                    .matcher(json)
                    .replaceAll(
                            half -> "\\\\u" + Integer.toHexString(half.group().charAt(0)));
        }

        private Writer name(String name, Runnable value) {
            PlainBinding.quote(name, text.append(','));
            text.append(':');
            value.run();
            return this;
        }
    }

    /** Names that the server gave to what it can. */
    Set<String> features() {
        return Set.copyOf(texts("features"));
    }
}
