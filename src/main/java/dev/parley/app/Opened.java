package dev.parley.app;

import dev.parley.node.Threads;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What was opened, closed in reverse order: when the application stops, and when its start fails half-way. One part that cannot
 * be closed keeps no other one open. Thread-safe; closing is idempotent.
 */
final class Opened implements AutoCloseable {
    private final Deque<Part> parts = new ArrayDeque<>(); // guarded by this

    private record Part(String name, AutoCloseable close) {}

    /** Is to be closed before all that was opened earlier. */
    synchronized <T extends AutoCloseable> T add(String name, T part) {
        parts.push(new Part(name, part));
        return part;
    }

    @Override
    public void close() {
        for (Part part = next(); part != null; part = next()) {
            try {
                part.close().close();
            } catch (Throwable fault) { // whatever it is, the others are closed as well
                Threads.report("closing " + part.name(), fault);
            }
        }
    }

    private synchronized @Nullable Part next() {
        return parts.poll();
    }
}
