package dev.parley.backplane;

/**
 * A user who is in a room, over all nodes.
 *
 * <p>What a connection says of its user, its status, stands in the text of its farewell, which is not said where that is of the kind
 * {@link Draft.Kind#JSON}: {@code @}, when it was said by its node's clock in 19 digits, and JSON. Any other text says nothing.
 *
 * @param connections how many of the user's are in; 1 or more
 * @param status the newest one of these connections; empty if none says anything
 */
public record Occupant(int connections, String status) {
    private static final int DIGITS = 19;
    private static final int HEAD = 1 + DIGITS;

    /** The status that says so at that time, of those of a user the one with the highest {@code at} counts. */
    public static String status(long at, String json) {
        String digits = Long.toString(at);
        return '@' + "0".repeat(DIGITS - digits.length()) + digits + json;
    }

    /** Whether the text of a farewell says something. */
    public static boolean isStatus(String text) {
        return text.length() > HEAD && text.charAt(0) == '@';
    }

    /** The newer one of two statuses, each of which may be empty. */
    static String newer(String one, String other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        return one.substring(0, HEAD).compareTo(other.substring(0, HEAD)) > 0 ? one : other;
    }

    /** This one, with the connections and the status of another one of the same user. */
    public Occupant and(Occupant other) {
        return new Occupant(connections + other.connections, newer(status, other.status));
    }

    /** What the user says of itself, as JSON; empty if nothing. */
    public String data() {
        return data(status);
    }

    static String data(String status) {
        return status.isEmpty() ? "" : status.substring(HEAD);
    }
}
