package dev.parley.endpoint;

import dev.parley.dialogue.Policies;
import dev.parley.room.Rooms;

/** Rooms for text clients, as a handshake makes them. */
public final class Seats {
    private Seats() {}

    public static TextRooms of(Rooms rooms, Policies policies) {
        return new TextRooms(rooms, policies);
    }
}
