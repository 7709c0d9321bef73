package dev.parley.backplane;

/**
 * What is to be appended to a log.
 *
 * @param key made by the author; the same key again within the log's memory is not stored twice
 * @param author who says it
 * @param kind what it is
 * @param text what is said; empty when {@code kind} says it all
 */
public record Draft(String key, Author author, Kind kind, String text) {
    /**
     * Who says something.
     *
     * @param user the name that others see
     * @param connection the id of the connection that it came over
     */
    public record Author(String user, String connection) {}

    /** The kinds of entries in a log. */
    public enum Kind {
        /** Somebody said something. */
        MESSAGE,
        /** Somebody left. It stands in the log, so that everybody reads it after that member's last message. */
        LEFT
    }
}
