package dev.parley.backplane.engine;

import dev.parley.backplane.RoomId;
import dev.parley.backplane.Turnout;
import dev.parley.backplane.Witness;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells a witness who has come and gone in the rooms where this node has moved somebody. Thread-safe, except for {@link #tell}. */
final class Turnouts {
    private static final int READS_AT_ONCE = 20;
    private static final int MAX_UNTOLD = 100_000; // rooms; the others are told of when somebody comes or goes again

    private final Set<RoomId> untold = new LinkedHashSet<>(); // guarded by this
    private volatile @Nullable Witness witness;
    private long nextTelling = System.nanoTime(); // of the loop that tells

    void witnessedBy(Witness told) {
        witness = told;
    }

    boolean isWitnessed() {
        return witness != null;
    }

    /** In the engine, by this node. */
    synchronized void haveMoved(Collection<RoomId> rooms) {
        Witness told = witness;
        if (told != null) {
            rooms.stream()
                    .filter(room -> untold.size() < MAX_UNTOLD && told.seesMembers(room))
                    .forEach(untold::add);
        }
    }

    /** In how many nanoseconds something is to be told, by the loop that tells; a big number if nothing is. */
    synchronized long untilDue(long now) {
        return untold.isEmpty() ? Long.MAX_VALUE : nextTelling - now;
    }

    /** Looks at whole rooms, so it takes a third of the time at most, however often members of big rooms come and go. */
    void tell(Link link) throws LinkException {
        long began = System.nanoTime();
        Witness told = witness;
        List<RoomId> rooms;
        synchronized (this) {
            if (told == null || untold.isEmpty() || nextTelling - began > 0) {
                return;
            }
            rooms = untold.stream().limit(READS_AT_ONCE).toList();
        }
        for (RoomId room : rooms) {
            synchronized (this) {
                untold.remove(room); // whoever moves from here on is told of next time
            }
            try {
                Turnout turnout = link.members().turnout(room);
                if (!turnout.isNothing()) {
                    told.moved(room, turnout);
                }
            } catch (Throwable e) {
                haveMoved(Set.of(room));
                throw e;
            }
        }
        nextTelling = System.nanoTime() + 2 * (System.nanoTime() - began);
    }
}
