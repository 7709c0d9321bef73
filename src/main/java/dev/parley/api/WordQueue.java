package dev.parley.api;

import dev.parley.node.Threads;
import dev.parley.protocol.Json;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Words from other nodes, acted on one at a time in the order in which they were heard, on the worker's threads. Thread-safe. */
final class WordQueue {
    private static final Logger LOG = System.getLogger(WordQueue.class.getName());
    private static final int MAX_WORDS = 10_000;

    private final Consumer<Map<String, Json>> action;
    private final Executor worker;
    private final Queue<String> words = new ArrayDeque<>(); // heard and not acted on; guards isActing
    private boolean isActing;

    WordQueue(Consumer<Map<String, Json>> action, Executor worker) {
        this.action = action;
        this.worker = worker;
    }

    /** Never blocks. */
    void heard(String word) {
        synchronized (words) {
            if (words.size() >= MAX_WORDS) {
                LOG.log(Level.WARNING, "too many words from other nodes; the oldest one is lost");
                words.remove();
            }
            words.add(word);
            if (isActing) {
                return;
            }
            isActing = true;
        }
        hand();
    }

    /** Has the next word acted on. One at a time: what was said later must not come about earlier. */
    private void hand() {
        try {
            worker.execute(this::actOnNext);
        } catch (RejectedExecutionException stopped) {
            LOG.log(Level.DEBUG, "a word came after the end");
        } catch (Throwable noThread) { // the next word has this one acted on as well
            synchronized (words) {
                isActing = false;
            }
            throw noThread;
        }
    }

    private void actOnNext() {
        String word;
        synchronized (words) {
            word = words.remove();
        }
        Threads.guarded("a word from another node", () -> understand(word)).run();
        synchronized (words) {
            if (words.isEmpty()) {
                isActing = false;
                return;
            }
        }
        hand();
    }

    private void understand(String word) {
        try {
            Json.parse(word).flatMap(Json::members).ifPresent(action);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a word from another node was not understood", e);
        }
    }
}
