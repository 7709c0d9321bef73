package dev.parley.backplane;

import dev.parley.node.Threads;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Those who are told of something: whoever throws hurts nobody else, and the same one may have several subscriptions. Thread-safe. */
public final class Listeners<T> {
    private final List<Hold<T>> holds = new CopyOnWriteArrayList<>();

    /** Is told from now on. */
    public Subscription add(T listener) {
        Hold<T> hold = new Hold<>(listener);
        holds.add(hold);
        return () -> holds.remove(hold);
    }

    /** Tells all of them. */
    public void tell(Consumer<T> telling) {
        for (Hold<T> hold : holds) {
            Threads.guarded("a listener", () -> telling.accept(hold.listener)).run();
        }
    }

    public boolean isEmpty() {
        return holds.isEmpty();
    }

    private static final class Hold<T> {
        private final T listener;

        Hold(T listener) {
            this.listener = listener;
        }
    }
}
