package dev.parley.handshake;

import dev.parley.protocol.Json;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes records as JSON. */
final class JsonWriter {
    private JsonWriter() {}

    static String write(Record message) {
        StringBuilder json = new StringBuilder();
        object(message, json);
        return json.toString();
    }

    private static void object(Record message, StringBuilder json) {
        json.append('{');
        String comma = "";
        for (RecordComponent component : message.getClass().getRecordComponents()) {
            @Nullable Object value = valueOf(component, message);
            Object inside = value instanceof Optional<?> optional ? optional.orElse(null) : value;
            if (inside != null) {
                json.append(comma);
                Json.quote(component.getName(), json);
                json.append(':');
                value(inside, json);
                comma = ",";
            }
        }
        json.append('}');
    }

    private static void value(Object value, StringBuilder json) {
        if (value instanceof Json known) {
            json.append(known.source());
        } else if (value instanceof Record nested) {
            object(nested, json);
        } else if (value instanceof Collection<?> many) {
            json.append('[');
            String comma = "";
            for (Object element : many) {
                json.append(comma);
                value(element, json);
                comma = ",";
            }
            json.append(']');
        } else if (value instanceof Boolean || isFinite(value)) {
            json.append(value);
        } else {
            Json.quote(value.toString(), json);
        }
    }

    /** JSON has no word for the numbers that are none. */
    private static boolean isFinite(Object value) {
        return value instanceof Number number
                && (!(value instanceof Double || value instanceof Float) || Double.isFinite(number.doubleValue()));
    }

    private static @Nullable Object valueOf(RecordComponent component, Record message) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(message);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(message.getClass() + " cannot be read", e);
        }
    }
}
