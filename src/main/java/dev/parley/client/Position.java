package dev.parley.client;

/**
 * A place in a room's log; what a program keeps to go on from there, see {@link JoinOptions#since}.
 *
 * @param epoch a new one is a log that began anew
 * @param seq counts from 1 without a hole as long as the epoch stays; 0 before the first message
 * @param message the id of the message at {@code seq}
 */
public record Position(String epoch, long seq, String message) {}
