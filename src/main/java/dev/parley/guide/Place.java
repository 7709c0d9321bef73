package dev.parley.guide;

import dev.parley.endpoint.TextRooms;
import dev.parley.endpoint.TextSeat;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.QueryParam;
import java.util.Optional;

/** A client's seat in the room that the query names, or else in the lobby. What is no room's name is 403. */
final class Place implements Dependency<TextSeat>, AutoCloseable {
    private final TextSeat seat;

    Place(@QueryParam("room") Optional<String> room, @Depends(TextRooms.class) TextRooms rooms) {
        try {
            seat = rooms.seat(room.orElse("lobby"));
        } catch (IllegalArgumentException noName) {
            throw new HandshakeRefused(403, "not a room name");
        }
    }

    @Override
    public TextSeat value() {
        return seat;
    }

    @Override
    public void close() {
        seat.close();
    }
}
