package dev.parley.backplane;

import java.util.function.Consumer;

/**
 * Small words from one node to all nodes, itself included, at most once: whoever is away misses them. Those of one node come in
 * the order in which it sent them; those of several nodes in any. Thread-safe; no call blocks on the engine.
 */
public interface ControlBus {
    /** The longest word, in characters. */
    int MAX_CHARACTERS = 2_000;

    /**
     * Says it to all nodes.
     *
     * @throws IllegalArgumentException if it is longer than {@link #MAX_CHARACTERS}
     */
    void send(String word);

    /** Calls {@code listener} for each word; it must neither block nor throw. */
    Subscription subscribe(Consumer<String> listener);

    /** Refuses what is too long for some engine. */
    static void requireShort(String word) {
        if (word.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("longer than " + MAX_CHARACTERS + " characters");
        }
    }
}
