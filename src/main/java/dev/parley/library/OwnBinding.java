package dev.parley.library;

import dev.parley.JsonBinding;
import dev.parley.api.JsonText;
import dev.parley.handshake.JsonMessage;
import dev.parley.protocol.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Records, maps, iterables, arrays, optionals, texts, numbers, truth values and null; enums and the rest as their text. */
final class OwnBinding implements JsonBinding {
    @Override
    public String write(@Nullable Object value) {
        return JsonText.of(tree(value));
    }

    private static @Nullable Object tree(@Nullable Object value) {
        if (value instanceof dev.parley.Json json) {
            return new JsonText.Verbatim(json.raw());
        }
        if (value instanceof Record message) {
            return new JsonText.Verbatim(JsonMessage.write(message));
        }
        if (value instanceof Optional<?> optional) {
            return tree(optional.orElse(null));
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> tree = new LinkedHashMap<>();
            map.forEach((name, inside) -> tree.put(String.valueOf(name), tree(inside)));
            return tree;
        }
        if (value instanceof Iterable<?> several) {
            return trees(several);
        }
        if (value instanceof Object[] array) {
            return trees(Arrays.asList(array));
        }
        return value instanceof int[] numbers ? IntStream.of(numbers).boxed().toList() : value;
    }

    private static List<@Nullable Object> trees(Iterable<?> several) {
        List<@Nullable Object> trees = new ArrayList<>();
        several.forEach(one -> trees.add(tree(one)));
        return trees;
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
