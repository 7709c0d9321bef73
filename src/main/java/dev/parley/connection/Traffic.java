package dev.parley.connection;

/**
 * What has been taken from peers and given to them. Immutable.
 *
 * @param messagesIn whole text messages that arrived
 * @param bytesIn their size in UTF-8, and that of parts of others
 * @param messagesOut text messages that were given to the wire
 * @param bytesOut their size in UTF-8
 */
public record Traffic(long messagesIn, long bytesIn, long messagesOut, long bytesOut) {
    static final Traffic NONE = new Traffic(0, 0, 0, 0);

    Traffic plus(Traffic other) {
        return new Traffic(
                messagesIn + other.messagesIn,
                bytesIn + other.bytesIn,
                messagesOut + other.messagesOut,
                bytesOut + other.bytesOut);
    }

    /** Each figure at least that of {@code other}. */
    Traffic atLeast(Traffic other) {
        return new Traffic(
                Math.max(messagesIn, other.messagesIn),
                Math.max(bytesIn, other.bytesIn),
                Math.max(messagesOut, other.messagesOut),
                Math.max(bytesOut, other.bytesOut));
    }
}
