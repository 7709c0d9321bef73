package dev.parley;

/**
 * A place in the log of a room. It may be kept and sent: a client joins {@code since} it, a listener subscribes after it.
 *
 * @param epoch changes when the log begins anew
 * @param seq 1, 2, 3 … without a hole inside an epoch; 0 is before the first message
 * @param message the id of the message there; empty at 0
 */
public record Position(String epoch, long seq, String message) {}
