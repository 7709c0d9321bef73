package dev.parley.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps, lists and what they hold, without a library. Immutable, thread-safe. */
final class PlainBinding implements JsonBinding {
    static final JsonBinding INSTANCE = new PlainBinding();

    private PlainBinding() {}

    @Override
    public String write(@Nullable Object value) {
        StringBuilder json = new StringBuilder();
        write(value, json);
        return json.toString();
    }

    @Override
    public <T> T read(String json, Class<T> type) {
        Object value = JsonReader.value(json);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("the plain binding reads no " + type.getName() + " from this JSON");
        }
        return type.cast(value);
    }

    private static void write(@Nullable Object value, StringBuilder to) {
        if (value == null || value instanceof Boolean) {
            to.append(value);
        } else if (value instanceof CharSequence text) {
            quote(text, to);
        } else if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            to.append(value);
        } else if (value instanceof Json json) {
            to.append(json.raw());
        } else if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                to.append(separator);
                quote(String.valueOf(entry.getKey()), to);
                write(entry.getValue(), to.append(':'));
                separator = ",";
            }
            to.append(separator.equals("{") ? "{}" : "}");
        } else if (value instanceof Iterable<?> elements) {
            String separator = "[";
            for (Object element : elements) {
                write(element, to.append(separator));
                separator = ",";
            }
            to.append(separator.equals("[") ? "[]" : "]");
        } else {
            throw new IllegalArgumentException(
                    "the plain binding writes no " + value.getClass().getName() + ": give the client a JsonBinding");
        }
    }

    /** Appends a text as a JSON string, in quotes. */
    static void quote(CharSequence text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                to.append('\\').append(c);
            } else if (c < ' ') {
                to.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                to.append(c);
            }
        }
        to.append('"');
    }
}
