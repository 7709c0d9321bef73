package dev.parley.backplane.memory;

import dev.parley.backplane.Draft;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.node.Threads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who is in which room of this process. There is no other node that could die, so nothing is leased.
 *
 * <p>A room's state changes, and its watchers are told, under the lock of its entry in the map.
 */
final class MemoryPresence implements PresenceStore {
    private final Map<RoomId, Attendance> rooms = new ConcurrentHashMap<>();

    @Override
    public void enter(RoomId room, Draft farewell) {
        Draft.Author member = farewell.author();
        rooms.compute(room, (id, present) -> {
            Attendance attendance = present != null ? present : new Attendance();
            attendance.enter(member);
            return attendance;
        });
    }

    @Override
    public void leave(RoomId room, Draft.Author member) {
        rooms.computeIfPresent(room, (id, attendance) -> {
            attendance.leave(member);
            return attendance.isOver() ? null : attendance;
        });
    }

    @Override
    public CompletionStage<Map<String, Integer>> members(RoomId room) {
        Map<String, Integer> found = new HashMap<>();
        rooms.computeIfPresent(room, (id, attendance) -> {
            attendance.connections.forEach((user, connections) -> found.put(user, connections.size()));
            return attendance;
        });
        return CompletableFuture.completedStage(found);
    }

    @Override
    public Subscription watch(RoomId room, Watcher watcher) {
        Watch watch = new Watch(watcher);
        rooms.compute(room, (id, present) -> {
            Attendance attendance = present != null ? present : new Attendance();
            attendance.watches.add(watch);
            attendance.connections.keySet().forEach(watch::joined);
            return attendance;
        });
        return () -> rooms.computeIfPresent(room, (id, attendance) -> {
            attendance.watches.remove(watch);
            return attendance.isOver() ? null : attendance;
        });
    }

    /** One subscription; the same watcher may have several. */
    private static final class Watch {
        private final Watcher watcher;

        Watch(Watcher watcher) {
            this.watcher = watcher;
        }

        void joined(String user) {
            Threads.guarded("a watcher", () -> watcher.joined(user)).run();
        }

        void left(String user) {
            Threads.guarded("a watcher", () -> watcher.left(user)).run();
        }
    }

    private static final class Attendance {
        private final Map<String, Set<String>> connections = new HashMap<>(); // by user
        private final List<Watch> watches = new ArrayList<>();

        void enter(Draft.Author member) {
            Set<String> own = connections.computeIfAbsent(member.user(), user -> new HashSet<>());
            if (own.add(member.connection()) && own.size() == 1) {
                watches.forEach(watch -> watch.joined(member.user()));
            }
        }

        void leave(Draft.Author member) {
            Set<String> own = connections.get(member.user());
            if (own != null && own.remove(member.connection()) && own.isEmpty()) {
                connections.remove(member.user());
                watches.forEach(watch -> watch.left(member.user()));
            }
        }

        boolean isOver() {
            return connections.isEmpty() && watches.isEmpty();
        }
    }
}
