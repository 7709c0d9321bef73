package dev.parley.backplane;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Whether one connection is in a room: a fact, and no step from another one, so of a connection the last one counts, however often it is
 * told.
 *
 * @param user whose connection it is
 * @param connection its name, which no other in the room has, on whatever node
 * @param isIn whether it is in
 * @param status what it says of its user, see {@link Occupant}; empty if nothing
 */
public record Membership(String user, String connection, boolean isIn, String status) {
    /** {@code status} may be the text of any farewell, which may say nothing. */
    public Membership {
        status = isIn && Occupant.isStatus(status) ? status : "";
    }

    /** As it goes from node to node: {@code +} or {@code -}, then user, connection and status, in ASCII and without a line's end. */
    public String encoded() {
        return (isIn ? "+" : "-") + escaped(user) + ' ' + escaped(connection) + ' ' + escaped(status);
    }

    /** What {@link #encoded} has made, and perhaps a later version has added to; empty if it is something else. */
    public static Optional<Membership> decoded(String encoded) {
        String[] parts = encoded.split(" ", -1);
        boolean isIn = encoded.startsWith("+");
        if (parts.length < 3 || !(isIn || encoded.startsWith("-"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Membership(plain(parts[0].substring(1)), plain(parts[1]), isIn, plain(parts[2])));
        } catch (IllegalArgumentException notEscaped) {
            return Optional.empty();
        }
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String plain(String escaped) {
        return URLDecoder.decode(escaped, StandardCharsets.UTF_8);
    }
}
