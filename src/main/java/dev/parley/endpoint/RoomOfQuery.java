package dev.parley.endpoint;

import dev.parley.backplane.RoomId;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.QueryParam;
import java.util.Optional;

/** Which room a text client looks into: the {@code room} of the query, or else the lobby. What is no room's name is 403. */
record RoomOfQuery(@QueryParam("room") Optional<String> room) implements Dependency<RoomId> {
    private static final RoomId LOBBY = new RoomId("lobby");

    @Override
    public RoomId value() {
        return room.map(name -> RoomId.parse(name).orElseThrow(() -> new HandshakeRefused(403, "not a room name")))
                .orElse(LOBBY);
    }
}
