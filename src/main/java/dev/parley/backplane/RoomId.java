package dev.parley.backplane;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a room: {@code [a-z0-9][a-z0-9._:-]{0,99}}, the same rule on every way in. Anything else is an
 * {@link IllegalArgumentException}.
 */
public record RoomId(String name) {
    private static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9._:-]{0,99}");

    public RoomId {
        if (!RULE.matcher(name).matches()) {
            throw new IllegalArgumentException("not a room name");
        }
    }

    /** The room of that name; nothing if it is none. */
    public static Optional<RoomId> parse(String name) {
        return RULE.matcher(name).matches() ? Optional.of(new RoomId(name)) : Optional.empty();
    }

    @Override
    public String toString() {
        return name;
    }
}
