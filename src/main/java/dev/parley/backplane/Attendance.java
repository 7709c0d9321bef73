package dev.parley.backplane;

import dev.parley.node.Threads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The users in a room, as its watchers have been told. Thread-safe; watchers are told under its lock. */
public final class Attendance {
    private final List<Watching> watchings = new ArrayList<>(); // guarded by this
    private final Set<String> users = new HashSet<>(); // guarded by this

    /** Tells it who is in, and from now on who comes and goes. */
    public synchronized void add(Watching watching) {
        watchings.add(watching);
        users.forEach(watching::joined);
    }

    public synchronized void remove(Watching watching) {
        watchings.remove(watching);
    }

    public synchronized boolean isWatched() {
        return !watchings.isEmpty();
    }

    /** The user is in. */
    public synchronized void joined(String user) {
        if (users.add(user)) {
            watchings.forEach(watching -> watching.joined(user));
        }
    }

    /** The user is out. */
    public synchronized void left(String user) {
        if (users.remove(user)) {
            watchings.forEach(watching -> watching.left(user));
        }
    }

    /** These users are in, and nobody else. */
    public synchronized void update(Set<String> now) {
        now.forEach(this::joined);
        users.stream().filter(user -> !now.contains(user)).toList().forEach(this::left);
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

        private void left(String user) {
            Threads.guarded("a watcher", () -> watcher.left(user)).run();
        }
    }
}
