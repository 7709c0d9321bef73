package dev.parley.api;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Extent;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.RoomId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A close look at one room, by asking its log and who is in: nothing that was said is shown. Thread-safe. */
public final class RoomDetails {
    private static final int MAX_MEMBERS = 200;

    private final Backplane backplane;

    public RoomDetails(Backplane backplane) {
        this.backplane = backplane;
    }

    /** Fails with {@link dev.parley.backplane.BackplaneException}. */
    public CompletionStage<Map<String, Object>> of(RoomId room) {
        return backplane
                .extent(room)
                .thenCombine(backplane.presence().members(room), (extent, members) -> details(room, extent, members));
    }

    private static Map<String, Object> details(RoomId room, Extent extent, Map<String, Occupant> members) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("room", room.name());
        details.put("position", extent.top());
        details.put("depth", extent.entries());
        details.put("users", members.size());
        details.put(
                "members",
                members.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .limit(MAX_MEMBERS)
                        .map(RoomDetails::row)
                        .toList());
        return details;
    }

    /** A user who is in, without what it says of itself: that is for those who are in, too. */
    static Map<String, Object> row(Map.Entry<String, Occupant> member) {
        return Map.of("user", member.getKey(), "connections", member.getValue().connections());
    }
}
