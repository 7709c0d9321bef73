package dev.parley.backplane;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a log: a room's, {@code [a-z0-9][a-z0-9._:-]{0,99}}, the same rule on every way in; or that of a user's inbox, which
 * begins with {@code ~}. Anything else is an {@link IllegalArgumentException}.
 *
 * <p>Whatever somebody else has named goes through {@link #parse}, which knows no inbox. So nobody reaches one by its name.
 *
 * <p>Behind {@code ~} stands the user's name, if it is of letters, digits and {@code . _ @ + -}; else {@code =} and its UTF-8 in
 * Base64. No two users have the same inbox: case counts, and {@code =} is none of these.
 */
public record RoomId(String name) {
    /** The longest name of a user who has an inbox, in characters; as long as OpenID Connect has it for {@code sub}. */
    public static final int MAX_USER_LENGTH = 255;

    private static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9._:-]{0,99}");
    private static final Pattern INBOX = Pattern.compile("~([A-Za-z0-9._@+-]{1,255}|=[A-Za-z0-9_-]{2,1020})");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._@+-]+");

    public RoomId {
        if (!RULE.matcher(name).matches() && !INBOX.matcher(name).matches()) {
            throw new IllegalArgumentException("not a room name");
        }
    }

    /** The room of that name; nothing if it is none. */
    public static Optional<RoomId> parse(String name) {
        return RULE.matcher(name).matches() ? Optional.of(new RoomId(name)) : Optional.empty();
    }

    /** The inbox of a user; nothing if the name is empty, too long, or no text because a surrogate in it is alone. */
    public static Optional<RoomId> inbox(String user) {
        if (user.isEmpty() || user.length() > MAX_USER_LENGTH) {
            return Optional.empty();
        }
        if (PLAIN.matcher(user).matches()) {
            return Optional.of(new RoomId('~' + user));
        }
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(user));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return Optional.of(
                    new RoomId("~=" + Base64.getUrlEncoder().withoutPadding().encodeToString(exact)));
        } catch (CharacterCodingException noText) {
            return Optional.empty();
        }
    }

    /** Whether it is a user's inbox. */
    public boolean isInbox() {
        return name.charAt(0) == '~';
    }

    @Override
    public String toString() {
        return name;
    }
}
