package dev.parley.backplane.memory;

import dev.parley.backplane.Attendance;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Membership;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.backplane.Turnout;
import dev.parley.backplane.Witness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<RoomId, Attendance> rooms = new ConcurrentHashMap<>();
    private volatile @Nullable Witness witness;

    void witnessedBy(Witness told) {
        witness = told;
    }

    @Override
    public void enter(RoomId room, Draft farewell) {
        move(room, farewell.author(), true, farewell.text());
    }

    @Override
    public void leave(RoomId room, Draft.Author member) {
        move(room, member, false, "");
    }

    private void move(RoomId room, Draft.Author member, boolean isIn, String text) {
        change(room, present -> {
            boolean wasEmpty = present.isEmpty();
            if (present.apply(new Membership(member.user(), member.connection(), isIn, text))) {
                List<String> user = List.of(member.user());
                tell(
                        room,
                        isIn
                                ? new Turnout(wasEmpty, List.of(), user, false)
                                : new Turnout(false, user, List.of(), present.isEmpty()));
            }
        });
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
        change(room, present -> found.putAll(present.occupants()));
        return CompletableFuture.completedStage(found);
    }

    @Override
    public Subscription watch(RoomId room, Watcher watcher) {
        Attendance.Watching watching = new Attendance.Watching(watcher);
        change(room, present -> present.add(watching));
        return () -> change(room, present -> present.remove(watching));
    }

    /** Nothing is left of a room where nobody is and that nobody watches. */
    private void change(RoomId room, Consumer<Attendance> what) {
        rooms.compute(room, (id, known) -> {
            Attendance present = known != null ? known : new Attendance();
            what.accept(present);
            return present.isEmpty() && !present.isWatched() ? null : present;
        });
    }
}
