package dev.parley.client;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who is in a room, as far as the server has told. Used in steps only, but for {@link #members()}. */
final class Roster {
    private final Protocol client;
    private volatile Map<String, Member> members = Map.of();
    private boolean isListed;

    Roster(Protocol client) {
        this.client = client;
    }

    Map<String, Member> members() {
        return members;
    }

    /** In a big room there is only a count; whoever comes after that has not come just then. */
    Room.Presence listed(Frame frame) {
        Map<String, Member> before = members;
        Map<String, Member> listed = rows(frame);
        boolean isCrowd = frame.has("count");
        Set<String> joined = new LinkedHashSet<>(isListed ? listed.keySet() : Set.of());
        joined.removeAll(before.keySet());
        Set<String> left = new LinkedHashSet<>(isCrowd ? Set.of() : before.keySet());
        left.removeAll(listed.keySet());
        isListed = !isCrowd;
        return told(listed, joined, left, Set.of(), isCrowd ? (int) frame.integer("count") : listed.size());
    }

    Room.Presence changed(Frame frame) {
        Map<String, Member> now = new LinkedHashMap<>(members);
        Set<String> joined = new LinkedHashSet<>(frame.texts("joined"));
        Set<String> left = new LinkedHashSet<>(frame.texts("left"));
        joined.forEach(user -> now.put(user, new Member(user, 1, Optional.empty())));
        left.forEach(now::remove);
        Set<String> changed = new LinkedHashSet<>();
        for (Frame row : frame.objects("changed")) {
            String user = row.text("user");
            changed.add(user);
            Member known = now.get(user);
            now.put(user, new Member(user, known == null ? 1 : known.connections(), data(row)));
        }
        return told(now, joined, left, changed, now.size());
    }

    private Room.Presence told(
            Map<String, Member> now, Set<String> joined, Set<String> left, Set<String> changed, int count) {
        members = Map.copyOf(now);
        return new Room.Presence(members, joined, left, changed, count);
    }

    /** In their order. */
    Map<String, Member> rows(Frame frame) {
        Map<String, Member> rows = new LinkedHashMap<>();
        for (Frame row : frame.objects("members")) {
            String user = row.text("user");
            rows.put(user, new Member(user, (int) row.integer("connections"), data(row)));
        }
        return rows;
    }

    private Optional<Json> data(Frame row) {
        return row.has("data") ? Optional.of(client.json(row, "data")) : Optional.empty();
    }
}
