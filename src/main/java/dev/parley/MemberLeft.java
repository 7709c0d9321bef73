package dev.parley;

import java.time.Instant;

/**
 * A user is not in a room any more: the last connection has left it, or has been gone for ten seconds, or its node has died or stopped and
 * nobody has come back meanwhile, which takes up to half a minute to be known.
 *
 * @param user as in {@link MemberJoined}
 */
public record MemberLeft(RoomName room, String user, Instant at) implements RoomEvent {}
