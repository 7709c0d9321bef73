package dev.parley;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is to be said. Immutable.
 *
 * @param data as {@link Room#publish(Object)} takes it
 * @param key the same key again in the same room within five minutes is not stored twice; 1 to 100 visible characters of ASCII
 * @param from the name that others see, 1 to 100 characters; {@code application} if empty
 */
public record Publication(@Nullable Object data, Optional<String> key, Optional<String> from) {
    private static final int MAX_LENGTH = 100;

    /** @throws IllegalArgumentException if key or name are no such */
    public Publication {
        key.ifPresent(text -> require(text.chars().allMatch(c -> c > ' ' && c < 0x7f), "key", text));
        from.ifPresent(text -> require(text.chars().noneMatch(Character::isISOControl), "from", text));
    }

    private static void require(boolean isGood, String what, String text) {
        if (!isGood || text.isBlank() || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(what + " must be 1 to " + MAX_LENGTH + " visible characters");
        }
    }

    public static Publication of(@Nullable Object data) {
        return new Publication(data, Optional.empty(), Optional.empty());
    }

    public Publication key(String text) {
        return new Publication(data, Optional.of(text), from);
    }

    public Publication from(String name) {
        return new Publication(data, key, Optional.of(name));
    }
}
