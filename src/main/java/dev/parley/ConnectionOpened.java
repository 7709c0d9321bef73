package dev.parley;

import java.time.Instant;

/**
 * A client has connected to this node.
 *
 * @param connection its id, the same as in {@link Message.Author#connection}
 * @param user who it is by its handshake; empty where it says so only later, as a client of the rooms with a token may
 * @param endpoint the path of the endpoint, below the application's
 */
public record ConnectionOpened(String connection, String user, String endpoint, Instant at) implements ParleyEvent {}
