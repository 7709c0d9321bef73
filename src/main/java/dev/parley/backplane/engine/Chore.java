package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/** One of the things that a loop does in turn, which the engine may refuse for a while. Of the loop. */
final class Chore {
    private static final Logger LOG = System.getLogger(Chore.class.getName());
    private static final long REFUSED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final Task task;
    private boolean wasRefused;
    private volatile long againNanos = System.nanoTime();

    Chore(String name, Task task) {
        this.name = name;
        this.task = task;
    }

    void runOn(Link link) throws LinkException {
        if (isRefused()) {
            return;
        }
        try {
            task.on(link);
            wasRefused = false;
        } catch (BackplaneException refused) {
            if (!wasRefused) {
                LOG.log(Level.WARNING, "this node cannot {0}, and tries again: {1}", name, refused.getMessage());
            }
            wasRefused = true;
            againNanos = System.nanoTime() + REFUSED_PAUSE_NANOS;
        }
    }

    boolean wasRefused() {
        return wasRefused;
    }

    /** It is not tried for a moment. */
    boolean isRefused() {
        return wasRefused && againNanos - System.nanoTime() > 0;
    }

    /** What is done on a connection. */
    interface Task {
        void on(Link link) throws LinkException;
    }
}
