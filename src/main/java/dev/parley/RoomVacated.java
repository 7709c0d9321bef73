package dev.parley;

import java.time.Instant;

/** Nobody is in a room any more; the last {@link MemberLeft} came before. */
public record RoomVacated(RoomName room, Instant at) implements RoomEvent {}
