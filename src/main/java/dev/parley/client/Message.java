package dev.parley.client;

import java.time.Instant;
import java.util.Optional;

/**
 * A message of a room.
 *
 * @param position where it is in the room's log; kept, and given to {@link JoinOptions#since}, it says that this one was dealt with
 * @param at when it was stored, by the server's clock
 * @param user who sent it
 * @param connection over which connection; empty for those who talk in plain text
 * @param event {@code left} where nobody said anything: somebody who talks in plain text has left
 * @param isOwn whether this very client sent it, over this connection or one of the last hundred
 */
public record Message(
        String room,
        Position position,
        Instant at,
        String user,
        String connection,
        Optional<String> event,
        Json data,
        boolean isOwn) {}
