package dev.parley.protocol;

/**
 * A position in a room's log as it stands on the wire.
 *
 * @param message the id of the message at {@code seq}; empty where there is none
 */
public record Mark(String epoch, long seq, String message) {}
