package dev.parley.handshake;

import dev.parley.node.Threads;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What a handshake has opened and somebody must close: once, the last one first, whatever each of them does. Thread-safe. */
final class Cleanup {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>(0); // guarded by itself

    void add(AutoCloseable resource) {
        synchronized (opened) {
            opened.push(resource);
        }
    }

    boolean isEmpty() {
        synchronized (opened) {
            return opened.isEmpty();
        }
    }

    /** Closes what is there, on this thread. Idempotent. */
    void run() {
        for (AutoCloseable resource = next(); resource != null; resource = next()) {
            try {
                resource.close();
            } catch (Throwable e) { // its own fault, and the next one's turn
                Threads.report(resource.getClass().getName() + " could not be closed", e);
            }
        }
    }

    private @Nullable AutoCloseable next() {
        synchronized (opened) {
            return opened.poll();
        }
    }
}
