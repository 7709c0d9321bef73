package dev.parley;

/** Something that happened in a room, told once in the cluster. */
public sealed interface RoomEvent extends ParleyEvent
        permits MemberJoined, MemberLeft, MessagePublished, RoomOccupied, RoomVacated {
    /** Where; its variables are those of the observer's own {@link InRoom}. */
    RoomName room();
}
