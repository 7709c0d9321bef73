package dev.parley;

import java.time.Instant;

/**
 * A user has come into a room: with the first connection, on whichever node. Somebody whose connection breaks and who is back within ten
 * seconds has never been away. An engine that has lost its memory makes everybody who is in come again.
 *
 * @param user the name that others see; of text clients that of their connection
 */
public record MemberJoined(RoomName room, String user, Instant at) implements RoomEvent {}
