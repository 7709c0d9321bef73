package dev.parley.backplane.memory;

import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Words from this process to itself. */
final class MemoryControl implements ControlBus {
    private final List<Listening> listenings = new CopyOnWriteArrayList<>();

    @Override
    public void send(String word) {
        ControlBus.requireShort(word);
        listenings.forEach(listening -> listening.listener.accept(word));
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
