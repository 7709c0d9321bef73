package dev.parley.session;

import dev.parley.handshake.WebSocketException;
import dev.parley.protocol.CloseCode;

/**
 * What an endpoint does with each message of a connection; called one at a time. It may refuse one, and all that would follow, with a
 * {@link WebSocketException}.
 */
@FunctionalInterface
public interface Receiver {
    /** A text message. */
    void text(String message);

    /** Whether binary messages are accepted; else the first part of one is the end. */
    default boolean takesBinary() {
        return false;
    }

    /** A binary message. */
    default void binary(byte[] message) {
        throw new WebSocketException(CloseCode.NOT_ACCEPTED.code(), CloseCode.NOT_ACCEPTED.reason());
    }
}
