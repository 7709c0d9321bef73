package dev.parley;

import java.time.Instant;

/**
 * A connection to this node is over.
 *
 * @param connection as in {@link ConnectionOpened}
 * @param user who it was, in the end; empty if it has not said so
 * @param endpoint as in {@link ConnectionOpened}
 * @param cause why, in a word: the name of a close code such as {@code going_away} or {@code slow}, else {@code peer} if its peer closed it,
 *     or {@code broken}
 * @param since when it was opened
 */
public record ConnectionClosed(String connection, String user, String endpoint, String cause, Instant since, Instant at)
        implements ParleyEvent {}
