package dev.parley.backplane;

import dev.parley.protocol.Utf8;

/**
 * What is told to those who follow a room just now, and is kept by nobody.
 *
 * @param author the connection that it comes from, without a space in it
 * @param text what is said; the backplane does not look inside
 */
public record Signal(String author, String text) {
    /** The longest of a signal, in bytes of UTF-8: both together. PostgreSQL takes less than 8,000 in one notification. */
    public static final int MAX_BYTES = 7_500;

    public Signal {
        if (author.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("no connection has a space in its name");
        }
    }

    /** Refuses what is too long for some engine. */
    public static void requireShort(Signal signal) {
        if (Utf8.length(signal.author) + 1 + Utf8.length(signal.text) > MAX_BYTES) {
            throw new IllegalArgumentException("a signal is at most " + MAX_BYTES + " bytes long");
        }
    }

    /** As it goes from node to node. */
    public String encoded() {
        return author + ' ' + text;
    }

    /** What {@link #encoded} has made. */
    public static Signal decoded(String encoded) {
        int space = Math.max(0, encoded.indexOf(' '));
        return new Signal(encoded.substring(0, space), encoded.substring(Math.min(space + 1, encoded.length())));
    }
}
