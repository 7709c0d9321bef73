package dev.parley.backplane;

import dev.parley.node.Threads;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections in a room, and their users, as its watchers have been told. Thread-safe; watchers are told under its lock.
 *
 * <p>A user with one connection takes about 250 bytes, names of usual length included, and what it says of itself.
 */
public final class Attendance {
    private final List<Watching> watchings = new ArrayList<>(); // guarded by this
    private Map<String, Own> users = new HashMap<>(); // who have a connection; guarded by this

    /** One in which these connections are, and nobody else; of one that is there twice, the last counts. */
    public static Attendance of(Collection<Membership> now) {
        Attendance attendance = new Attendance();
        now.forEach(attendance::apply);
        return attendance;
    }

    /** Tells it who is in, and from now on who comes and goes. */
    public synchronized void add(Watching watching) {
        watchings.add(watching);
        users.forEach((user, own) -> watching.tell(user, null, own.status()));
    }

    public synchronized void remove(Watching watching) {
        watchings.remove(watching);
    }

    public synchronized boolean isWatched() {
        return !watchings.isEmpty();
    }

    /** Nobody is in. */
    public synchronized boolean isEmpty() {
        return users.isEmpty();
    }

    /** Who is in. */
    public synchronized Map<String, Occupant> occupants() {
        Map<String, Occupant> occupants = new HashMap<>();
        users.forEach((user, own) -> occupants.put(user, new Occupant(own.statuses.size(), own.newest)));
        return occupants;
    }

    /** One connection is in or out; gives whether its user came or went with it. */
    public synchronized boolean apply(Membership member) {
        Own own = users.computeIfAbsent(member.user(), user -> new Own());
        String before = own.status();
        own.apply(member);
        String after = own.status();
        if (after == null) {
            users.remove(member.user());
        }
        tell(member.user(), before, after);
        return (before == null) != (after == null);
    }

    /** Those are in who are in another one, which nobody uses any more, and nobody else. */
    public synchronized void become(Attendance other) {
        Map<String, Own> before = users;
        Map<String, Own> after = other.users;
        after.forEach((user, own) -> {
            Own known = before.get(user);
            tell(user, known == null ? null : known.status(), own.status());
        });
        before.forEach((user, own) -> {
            if (!after.containsKey(user)) {
                tell(user, own.status(), null);
            }
        });
        users = after; // last: after an Error the next one tells again what was not told
    }

    private void tell(String user, @Nullable String before, @Nullable String after) {
        watchings.forEach(watching -> watching.tell(user, before, after));
    }

    /** The connections of a user. Nothing is looked through when one of very many comes, which may all have one name. */
    private static final class Own {
        private Map<String, String> statuses =
                Map.of(); // by connection; one alone takes a sixth of what it does in a HashMap
        private String newest = ""; // of the statuses

        void apply(Membership member) {
            String connection = member.connection();
            String before = statuses.getOrDefault(connection, "");
            if (!member.isIn()) {
                if (statuses.containsKey(connection)) {
                    changeable().remove(connection);
                }
            } else if (statuses.isEmpty()) {
                statuses = Map.of(connection, member.status());
            } else {
                changeable().put(connection, member.status());
            }
            if (!before.isEmpty() && before.equals(newest)) {
                newest = statuses.values().stream().reduce("", Occupant::newer);
            } else {
                newest = Occupant.newer(newest, member.status());
            }
            if (statuses.size() < 2) {
                statuses = Map.copyOf(statuses);
            }
        }

        private Map<String, String> changeable() {
            if (statuses.size() < 2) {
                statuses = new HashMap<>(statuses);
            }
            return statuses;
        }

        /** The newest of all, or nothing; null if the user is not in. */
        @Nullable
        String status() {
            return statuses.isEmpty() ? null : newest;
        }
    }

    /** One subscription of a watcher, which may have several; whatever it throws ends here. */
    public static final class Watching {
        private final PresenceStore.Watcher watcher;

        public Watching(PresenceStore.Watcher watcher) {
            this.watcher = watcher;
        }

        /** The user's status before and now; null while it is not in. */
        private void tell(String user, @Nullable String before, @Nullable String after) {
            if (after == null) {
                if (before != null) {
                    Threads.guarded("a watcher", () -> watcher.left(user)).run();
                }
                return;
            }
            if (before == null) {
                Threads.guarded("a watcher", () -> watcher.joined(user)).run();
            }
            if (!after.equals(before)) {
                String data = Occupant.data(after);
                if (!data.equals(before == null ? "" : Occupant.data(before))) {
                    Threads.guarded("a watcher", () -> watcher.changed(user, data))
                            .run();
                }
            }
        }
    }
}
