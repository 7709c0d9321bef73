package dev.parley.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who listens to one kind of event. Thread-safe. */
final class Listeners<E> {
    private final Serial callbacks;
    private final boolean keepsLast;
    private final List<Consumer<? super E>> listeners = new CopyOnWriteArrayList<>();
    private @Nullable E last; // of the callbacks

    /** One that keeps the last event tells it to listeners who come later. */
    Listeners(Serial callbacks, boolean keepsLast) {
        this.callbacks = callbacks;
        this.keepsLast = keepsLast;
    }

    void add(Consumer<? super E> listener) {
        callbacks.execute(() -> {
            listeners.add(listener);
            E missed = last;
            if (missed != null) {
                listener.accept(missed);
            }
        });
    }

    void tell(E event) {
        callbacks.execute(() -> {
            last = keepsLast ? event : null;
            listeners.forEach(listener -> Serial.run(() -> listener.accept(event)));
        });
    }
}
