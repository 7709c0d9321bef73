package dev.parley.connection;

/**
 * A series of messages of which the last is worth more than those before it, such as the prices of one share. Where an outbox is
 * full, messages that are followed by a later one of their lane are given up, the oldest first; a message without a lane is never
 * given up. Lanes are told apart by {@code equals}. Immutable.
 */
public interface Lane {
    /** What the peer is told in place of so many messages that were given up. Lanes that share a subject share the count. */
    String notice(int count);

    /** What the peer is told about: the count is kept, and told, for each subject by itself. */
    Object subject();
}
