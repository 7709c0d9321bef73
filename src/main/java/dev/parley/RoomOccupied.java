package dev.parley;

import java.time.Instant;

/** Somebody is in a room in which nobody was; the {@link MemberJoined} follows. */
public record RoomOccupied(RoomName room, Instant at) implements RoomEvent {}
