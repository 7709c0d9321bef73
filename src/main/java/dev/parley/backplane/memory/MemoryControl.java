package dev.parley.backplane.memory;

import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Listeners;
import dev.parley.backplane.Subscription;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Words from this process to itself, one at a time: what is said while one is told comes after it, for all listeners. */
final class MemoryControl implements ControlBus {
    private final Listeners<Consumer<String>> listeners = new Listeners<>();
    private final Queue<String> words = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTelling = new AtomicBoolean();

    @Override
    public void send(String word) {
        ControlBus.requireShort(word);
        words.add(word);
        while (!words.isEmpty() && isTelling.compareAndSet(false, true)) {
            try {
                for (String next = words.poll(); next != null; next = words.poll()) {
                    String told = next;
                    listeners.tell(listener -> listener.accept(told));
                }
            } finally {
                isTelling.set(false);
            }
        }
    }

    @Override
    public Subscription subscribe(Consumer<String> listener) {
        return listeners.add(listener);
    }
}
