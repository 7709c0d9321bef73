package dev.parley.handshake.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A text that proves something: a password, a token, an API key. Prints nothing, and is compared without telling by its time how
 * much of a guess was right. A parameter may be of this type, from wherever it comes. Immutable.
 */
public final class Secret {
    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** The text itself, for whoever checks it. */
    public String reveal() {
        return text;
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    /** Whether it is the same text. */
    public boolean is(String other) {
        return MessageDigest.isEqual(text.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret secret && is(secret.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Says nothing of it. */
    @Override
    public String toString() {
        return "secret";
    }
}
