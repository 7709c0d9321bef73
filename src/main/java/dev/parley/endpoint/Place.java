package dev.parley.endpoint;

import dev.parley.backplane.RoomId;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.Depends;
import dev.parley.room.Rooms;
import dev.parley.room.Seat;

/**
 * A text client's seat in its room, taken before the handshake is answered, so that it misses nothing from its 101 on. Given up
 * with the handshake.
 */
final class Place implements Dependency<Seat>, AutoCloseable {
    private final Seat seat;

    Place(@Depends(RoomOfQuery.class) RoomId room, Rooms rooms) {
        seat = rooms.reserve(room);
    }

    @Override
    public Seat value() {
        return seat;
    }

    @Override
    public void close() {
        seat.close();
    }
}
