package dev.parley.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * Runs the steps of one client's protocol, one at a time, each in the thread that brings it; a step that is brought by another step
 * runs right behind it. Thread-safe. Steps are short, block nowhere and call nobody else's code.
 */
final class Steps implements Executor {
    private final Deque<Runnable> next = new ArrayDeque<>(); // guarded by this, like the flag
    private boolean isRunning;

    @Override
    public synchronized void execute(Runnable step) {
        next.add(step);
        if (isRunning) { // by this very thread
            return;
        }
        isRunning = true;
        try {
            for (Runnable task = next.poll(); task != null; task = next.poll()) {
                Serial.run(task);
            }
        } finally {
            isRunning = false;
        }
    }
}
