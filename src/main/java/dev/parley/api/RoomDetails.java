package dev.parley.api;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import java.util.LinkedHashMap;
import java.util.List;
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
                .top(room)
                .thenCompose(top -> depth(room, top)
                        .thenCompose(depth -> backplane
                                .presence()
                                .members(room)
                                .thenApply(members -> details(room, top, depth, members))));
    }

    /** Counted from the oldest entry that is kept, which is what reading from the beginning begins with. */
    private CompletionStage<Long> depth(RoomId room, Position top) {
        return backplane.read(room, new Position(top.epoch(), 0, ""), 1, 0).thenApply(slice -> {
            List<Entry> oldest = slice.entries();
            return oldest.isEmpty() ? 0 : top.seq() - oldest.get(0).position().seq() + 1;
        });
    }

    private static Map<String, Object> details(RoomId room, Position top, long depth, Map<String, Integer> members) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("room", room.name());
        details.put("position", RoomOperations.position(top));
        details.put("depth", depth);
        details.put("users", members.size());
        details.put(
                "members",
                members.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .limit(MAX_MEMBERS)
                        .map(member -> Map.of("user", member.getKey(), "connections", member.getValue()))
                        .toList());
        return details;
    }
}
