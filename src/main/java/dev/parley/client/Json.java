package dev.parley.client;

import org.jspecify.annotations.Nullable;

/** One JSON value as text, and how to read it. Immutable, thread-safe. */
public final class Json {
    private final String raw;
    private final JsonBinding binding;

    Json(String raw, JsonBinding binding) {
        this.raw = raw;
        this.binding = binding;
    }

    /**
     * The value that a text holds, to be sent as it is.
     *
     * @throws IllegalArgumentException if it is not one JSON value, or nested more than 100 deep
     */
    public static Json raw(String text) {
        JsonReader.value(text);
        return new Json(text, JsonBinding.plain());
    }

    /** The text. */
    public String raw() {
        return raw;
    }

    /**
     * The value as an object, read by the client's {@link JsonBinding}.
     *
     * @throws IllegalArgumentException if it is no such object; other bindings than the plain one may throw what they like
     */
    public <T> T as(Class<T> type) {
        return binding.read(raw, type);
    }

    /** Whether it was written in the same way. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Json json && json.raw.equals(raw);
    }

    @Override
    public int hashCode() {
        return raw.hashCode();
    }

    /** How long it is, and nothing of what is in it. */
    @Override
    public String toString() {
        return "JSON of " + raw.length() + " characters";
    }
}
