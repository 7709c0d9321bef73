package dev.parley.client;

import org.jspecify.annotations.Nullable;

/**
 * How objects become JSON and back: a few lines over the library that an application has. Called on any thread, several at a time.
 *
 * <pre>{@code
 * final class Jackson implements JsonBinding {
 *     private final ObjectMapper mapper = new ObjectMapper();
 *
 *     public String write(Object value) { return mapper.writeValueAsString(value); } // and the exceptions
 *     public <T> T read(String json, Class<T> type) { return mapper.readValue(json, type); }
 * }
 * }</pre>
 */
public interface JsonBinding {
    /** The value as one JSON value; whatever it throws, {@link Room#send} throws. */
    String write(@Nullable Object value);

    /** The one JSON value in {@code json} as an object; whatever it throws, {@link Json#as} throws. */
    <T> T read(String json, Class<T> type);

    /**
     * The binding without a library. It writes {@code null}, {@link Json}, texts, numbers, booleans, and maps and iterables of these,
     * and reads maps, lists, texts, booleans, and numbers as {@code Long}, {@code java.math.BigInteger} where that is too small, or
     * {@code Double}. Anything else is an {@code IllegalArgumentException}.
     */
    static JsonBinding plain() {
        return PlainBinding.INSTANCE;
    }
}
