package dev.parley.backplane.memory;

import dev.parley.backplane.Attendance;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.backplane.Turnout;
import dev.parley.backplane.Witness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which room of this process. There is no other node that could die, so nothing is leased.
 *
 * <p>A room's state changes, and its watchers and the witness are told, under the lock of its entry in the map.
 */
final class MemoryPresence implements PresenceStore {
    private final Map<RoomId, Present> rooms = new ConcurrentHashMap<>();
    private volatile @Nullable Witness witness;

    void witnessedBy(Witness told) {
        witness = told;
    }

    @Override
    public void enter(RoomId room, Draft farewell) {
        Draft.Author member = farewell.author();
        change(room, present -> {
            boolean wasEmpty = present.connections.isEmpty();
            Map<String, String> own = present.connections.computeIfAbsent(member.user(), user -> new HashMap<>());
            boolean isNew = own.put(member.connection(), farewell.text()) == null && own.size() == 1;
            present.attendance.present(member.user(), occupant(own).data());
            if (isNew) {
                tell(room, new Turnout(wasEmpty, List.of(), List.of(member.user()), false));
            }
        });
    }

    @Override
    public void leave(RoomId room, Draft.Author member) {
        change(room, present -> {
            Map<String, String> own = present.connections.getOrDefault(member.user(), Map.of());
            if (!own.containsKey(member.connection())) {
                return;
            }
            own.remove(member.connection());
            if (!own.isEmpty()) {
                present.attendance.present(member.user(), occupant(own).data());
            } else {
                present.connections.remove(member.user());
                present.attendance.left(member.user());
                tell(room, new Turnout(false, List.of(member.user()), List.of(), present.connections.isEmpty()));
            }
        });
    }

    private static Occupant occupant(Map<String, String> own) {
        Occupant occupant = null;
        for (String text : own.values()) {
            occupant = Occupant.with(occupant, text);
        }
        return Objects.requireNonNull(occupant, "a user who is in has a connection");
    }

    private void tell(RoomId room, Turnout turnout) {
        Witness told = witness;
        if (told != null && told.seesMembers(room)) {
            told.moved(room, turnout);
        }
    }

    @Override
    public CompletionStage<Map<String, Occupant>> members(RoomId room) {
        Map<String, Occupant> found = new HashMap<>();
        change(room, present -> present.connections.forEach((user, own) -> found.put(user, occupant(own))));
        return CompletableFuture.completedStage(found);
    }

    @Override
    public Subscription watch(RoomId room, Watcher watcher) {
        Attendance.Watching watching = new Attendance.Watching(watcher);
        change(room, present -> present.attendance.add(watching));
        return () -> change(room, present -> present.attendance.remove(watching));
    }

    /** Nothing is left of a room where nobody is and that nobody watches. */
    private void change(RoomId room, Consumer<Present> what) {
        rooms.compute(room, (id, known) -> {
            Present present = known != null ? known : new Present(new HashMap<>(), new Attendance());
            what.accept(present);
            return present.connections.isEmpty() && !present.attendance.isWatched() ? null : present;
        });
    }

    /** The connections of each user in a room, with the texts of their farewells, and who is told. */
    private record Present(Map<String, Map<String, String>> connections, Attendance attendance) {}
}
