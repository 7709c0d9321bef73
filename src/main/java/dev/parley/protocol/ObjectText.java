package dev.parley.protocol;

import java.util.Collection;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A JSON object while it is being written. Used by one thread, once. */
final class ObjectText {
    private final StringBuilder text = new StringBuilder(192).append('{');
    private int depth = 1;

    ObjectText(@Nullable String id, String type) {
        withJson("id", id);
        with("type", type);
    }

    /** A string; nothing at all if it is null. */
    ObjectText with(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            Json.quote(value, text);
        }
        return this;
    }

    /** A number; nothing at all if it is null. */
    ObjectText with(String name, @Nullable Long value) {
        return value == null ? this : with(name, value.longValue());
    }

    ObjectText with(String name, long value) {
        name(name).append(value);
        return this;
    }

    ObjectText with(String name, boolean value) {
        name(name).append(value);
        return this;
    }

    ObjectText with(String name, Mark mark) {
        return open(name)
                .with("epoch", mark.epoch())
                .with("seq", mark.seq())
                .with("message", mark.message())
                .close();
    }

    /** Who said something. */
    ObjectText from(String user, String connection) {
        return open("from").with("user", user).with("connection", connection).close();
    }

    /** An array, each element of which is written by {@code writing}. */
    static <T> String list(Collection<T> elements, BiConsumer<T, StringBuilder> writing) {
        StringBuilder list = new StringBuilder("[");
        for (T element : elements) {
            if (list.length() > 1) {
                list.append(',');
            }
            writing.accept(element, list);
        }
        return list.append(']').toString();
    }

    /** A value that is JSON already; nothing at all if it is null. */
    ObjectText withJson(String name, @Nullable String json) {
        if (json != null) {
            name(name).append(json);
        }
        return this;
    }

    ObjectText open(String name) {
        name(name).append('{');
        depth++;
        return this;
    }

    ObjectText close() {
        text.append('}');
        depth--;
        return this;
    }

    private StringBuilder name(String name) {
        if (text.charAt(text.length() - 1) != '{') {
            text.append(',');
        }
        return text.append('"').append(name).append("\":");
    }

    /** Closes what is open; to be called last. */
    @Override
    public String toString() {
        return text.append("}".repeat(depth)).toString();
    }
}
