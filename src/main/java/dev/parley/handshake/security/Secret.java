package dev.parley.handshake.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A text that proves something: a password, a token, an API key. Prints nothing, and is compared without telling by its time how
 * much of a guess was right. A parameter may be of this type, from wherever it comes. Immutable.
 */
public final class Secret {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 32;

    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** One that nobody can guess: 43 characters that may stand in a URL. */
    public static Secret random() {
        byte[] octets = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(octets);
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(octets));
    }

    /** What may be remembered in its place: the SHA-256, from which nobody finds the text. */
    public String digest() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
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
