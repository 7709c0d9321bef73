package dev.parley.protocol;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A tree of maps, records, collections, arrays, optionals, strings, numbers, truth values and nulls, written as JSON. What could
 * end a script element or a line is escaped, so that the text may stand in a page or a log. Of a record, what is null or empty is
 * left out.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
public final class JsonText {
    private final StringBuilder out = new StringBuilder();
    private final UnaryOperator<@Nullable Object> form;

    private JsonText(UnaryOperator<@Nullable Object> form) {
        this.form = form;
    }

    /** Compact, on one line. Anything that is none of the types above is written as the string of its text. */
    public static String of(@Nullable Object tree) {
        return of(tree, value -> value);
    }

    /** The same, of a tree that has other values in it, too: {@code form} makes of each what is written in its place. */
    public static String of(@Nullable Object tree, UnaryOperator<@Nullable Object> form) {
        JsonText json = new JsonText(form);
        json.value(tree);
        return json.out.toString();
    }

    private void value(@Nullable Object given) {
        Object value = given instanceof Optional<?> optional ? optional.orElse(null) : form.apply(given);
        if (value instanceof Map<?, ?> map) {
            object(map);
        } else if (value instanceof Record message && !(message instanceof Verbatim)) {
            object(members(message));
        } else if (value instanceof Iterable<?> several) {
            array(several);
        } else if (value != null && value.getClass().isArray()) {
            array(elements(value));
        } else if (value instanceof Json known) {
            out.append(known.source());
        } else if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
            out.append("null");
        } else if (value == null || value instanceof Number || value instanceof Boolean || value instanceof Verbatim) {
            out.append(value);
        } else {
            string(value.toString());
        }
    }

    private void object(Map<?, ?> map) {
        char before = '{';
        for (Map.Entry<?, ?> member : map.entrySet()) {
            out.append(before);
            string(String.valueOf(member.getKey()));
            out.append(':');
            value(member.getValue());
            before = ',';
        }
        out.append(before == '{' ? "{}" : "}");
    }

    private void array(Iterable<?> several) {
        char before = '[';
        for (Object one : several) {
            out.append(before);
            value(one);
            before = ',';
        }
        out.append(before == '[' ? "[]" : "]");
    }

    private static List<@Nullable Object> elements(Object array) {
        return Arrays.asList(IntStream.range(0, Array.getLength(array))
                .mapToObj(i -> Array.get(array, i))
                .toArray());
    }

    private static Map<String, Object> members(Record message) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (RecordComponent component : message.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                Object value = component.getAccessor().invoke(message);
                if (value != null && !Optional.empty().equals(value)) {
                    members.put(component.getName(), value);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(message.getClass() + " cannot be read", e);
            }
        }
        return members;
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == '<' || c == '\u2028' || c == '\u2029' || (c >= '\u007f' && c < '\u00a0')) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** Text that is JSON already. */
    public record Verbatim(String json) {
        @Override
        public String toString() {
            return json;
        }
    }
}
