package dev.parley.backplane.memory;

import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Subscription;
import dev.parley.node.Threads;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Words from this process to itself, one at a time: what is said while one is told comes after it, for all listeners. */
final class MemoryControl implements ControlBus {
    private final List<Listening> listenings = new CopyOnWriteArrayList<>();
    private final Queue<String> words = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTelling = new AtomicBoolean();

    @Override
    public void send(String word) {
        ControlBus.requireShort(word);
        words.add(word);
        while (!words.isEmpty() && isTelling.compareAndSet(false, true)) {
            try {
                for (String next = words.poll(); next != null; next = words.poll()) {
                    tell(next);
                }
            } finally {
                isTelling.set(false);
            }
        }
    }

    private void tell(String word) {
        for (Listening listening : listenings) {
            Threads.guarded("a listener to words", () -> listening.listener.accept(word))
                    .run();
        }
    }

    @Override
    public Subscription subscribe(Consumer<String> listener) {
        Listening listening = new Listening(listener);
        listenings.add(listening);
        return () -> listenings.remove(listening);
    }

    /** One subscription; the same listener may have several. */
    private static final class Listening {
        private final Consumer<String> listener;

        Listening(Consumer<String> listener) {
            this.listener = listener;
        }
    }
}
