package dev.parley.endpoint;

import dev.parley.backplane.RoomId;
import dev.parley.dialogue.Policies;
import dev.parley.room.Rooms;

/**
 * Rooms for clients that speak plain text, such as those of the FastAPI guide; whoever can use {@code parley.js} is better served at
 * {@code /rooms}. A dependency asks for it, and takes a seat:
 *
 * <pre>{@code
 * final class Place implements Dependency<TextSeat>, AutoCloseable {
 *     private final TextSeat seat;
 *
 *     Place(@Depends(TextRooms.class) TextRooms rooms) {
 *         seat = rooms.seat("lobby");
 *     }
 * }
 * }</pre>
 */
public final class TextRooms {
    private final Rooms rooms;
    private final Policies policies;

    TextRooms(Rooms rooms, Policies policies) {
        this.rooms = rooms;
        this.policies = policies;
    }

    /**
     * Takes a seat. What is said in the room from now on is kept for it, for at most ten seconds, a thousand messages and two megabytes; who
     * enters later is closed with 4004.
     *
     * @throws IllegalArgumentException if it is no room's name
     */
    public TextSeat seat(String room) {
        return new TextSeat(rooms, policies, new RoomId(room));
    }
}
