package dev.parley.backplane;

import dev.parley.node.Threads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The users in a room, as its watchers have been told. Thread-safe; watchers are told under its lock. */
public final class Attendance {
    private final List<Watching> watchings = new ArrayList<>(); // guarded by this
    private final Map<String, String> users = new HashMap<>(); // with what each says of itself; guarded by this

    /** Tells it who is in, and from now on who comes and goes. */
    public synchronized void add(Watching watching) {
        watchings.add(watching);
        users.forEach((user, data) -> {
            watching.joined(user);
            if (!data.isEmpty()) {
                watching.changed(user, data);
            }
        });
    }

    public synchronized void remove(Watching watching) {
        watchings.remove(watching);
    }

    public synchronized boolean isWatched() {
        return !watchings.isEmpty();
    }

    /** The user is in, and says this of itself; nothing, if it is empty. */
    public synchronized void present(String user, String data) {
        String before = users.put(user, data);
        if (before == null) {
            watchings.forEach(watching -> watching.joined(user));
        }
        if (!data.equals(before == null ? "" : before)) {
            watchings.forEach(watching -> watching.changed(user, data));
        }
    }

    /** The user is out. */
    public synchronized void left(String user) {
        if (users.remove(user) != null) {
            watchings.forEach(watching -> watching.left(user));
        }
    }

    /** These users are in, and nobody else. */
    public synchronized void update(Map<String, Occupant> now) {
        now.forEach((user, occupant) -> present(user, occupant.data()));
        users.keySet().stream().filter(user -> !now.containsKey(user)).toList().forEach(this::left);
    }

    /** One subscription of a watcher, which may have several; whatever it throws ends here. */
    public static final class Watching {
        private final PresenceStore.Watcher watcher;

        public Watching(PresenceStore.Watcher watcher) {
            this.watcher = watcher;
        }

        private void joined(String user) {
            Threads.guarded("a watcher", () -> watcher.joined(user)).run();
        }

        private void changed(String user, String data) {
            Threads.guarded("a watcher", () -> watcher.changed(user, data)).run();
        }

        private void left(String user) {
            Threads.guarded("a watcher", () -> watcher.left(user)).run();
        }
    }
}
