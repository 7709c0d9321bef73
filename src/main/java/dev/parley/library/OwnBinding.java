package dev.parley.library;

import dev.parley.JsonBinding;
import dev.parley.handshake.JsonMessage;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records, maps, iterables, arrays, optionals, texts, numbers, truth values and null; enums and the rest as their text. */
final class OwnBinding implements JsonBinding {
    @Override
    public String write(@Nullable Object value) {
        return JsonText.of(value, one -> one instanceof dev.parley.Json json ? new JsonText.Verbatim(json.raw()) : one);
    }

    @Override
    public <T> T read(String json, Class<T> type) {
        Object read = type.isRecord()
                ? record(json, type.asSubclass(Record.class))
                : plain(Json.parse(json).orElseThrow(() -> new IllegalArgumentException("not JSON")));
        if (!type.isInstance(read)) {
            throw new IllegalArgumentException("not a " + type.getName());
        }
        return type.cast(read);
    }

    private static <R extends Record> R record(String json, Class<R> type) {
        JsonMessage.Reading<R> reading = new JsonMessage<>(type).read(json);
        if (reading instanceof JsonMessage.Reading.Message<R> message) {
            return message.value();
        }
        throw new IllegalArgumentException("not a " + type.getName() + ": " + reading);
    }

    private static @Nullable Object plain(Json value) {
        return switch (value.kind()) {
            case OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                value.members().orElseThrow().forEach((name, inside) -> map.put(name, plain(inside)));
                yield map;
            }
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                value.elements().orElseThrow().forEach(inside -> list.add(plain(inside)));
                yield list;
            }
            case STRING -> value.string().orElseThrow();
            case NUMBER -> new BigDecimal(value.source());
            case BOOLEAN -> Boolean.valueOf(value.source());
            case NULL -> null;
        };
    }
}
