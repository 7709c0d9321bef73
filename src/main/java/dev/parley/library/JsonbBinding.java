package dev.parley.library;

import dev.parley.JsonBinding;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbException;
import org.jspecify.annotations.Nullable;

/** Jakarta JSON Binding, the server's. What it cannot write at the top, a text or a number, ours does. */
final class JsonbBinding implements JsonBinding {
    private final Jsonb jsonb = JsonbBuilder.create();
    private final JsonBinding own = new OwnBinding();

    @Override
    public String write(@Nullable Object value) {
        if (value == null || value instanceof CharSequence || value instanceof Number || value instanceof Boolean) {
            return own.write(value);
        }
        try {
            return jsonb.toJson(value);
        } catch (JsonbException e) {
            throw new IllegalArgumentException(
                    "no JSON becomes of a " + value.getClass().getName(), e);
        }
    }

    @Override
    public <T> T read(String json, Class<T> type) {
        try {
            return jsonb.fromJson(json, type);
        } catch (JsonbException e) {
            throw new IllegalArgumentException("not a " + type.getName(), e);
        }
    }
}
