package dev.parley;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value as text, exactly as it was written. Immutable, thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
public final class Json {
    private final String raw;

    private Json(String raw) {
        this.raw = raw;
    }

    /**
     * The value that a text holds.
     *
     * @param text one JSON value, nested at most 32 deep, with numbers of at most 100 characters; white space around it is dropped
     * @throws IllegalArgumentException if it is none
     */
    public static Json raw(String text) {
        return new Json(dev.parley.protocol.Json.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("not one JSON value within the limits"))
                .source());
    }

    /** The text. */
    public String raw() {
        return raw;
    }

    /** Whether it was written in the same way: {@code 1} and {@code 1.0} differ, and so do members in another order. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Json json && json.raw.equals(raw);
    }

    @Override
    public int hashCode() {
        return Objects.hash(raw);
    }

    /** How long it is, and nothing of what is in it: it may be somebody's, and lines of a log are not. */
    @Override
    public String toString() {
        return "JSON of " + raw.length() + " characters";
    }
}
