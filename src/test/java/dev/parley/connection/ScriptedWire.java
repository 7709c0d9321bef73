package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A wire that answers each send as its script says, writes down what it was told, and notices when it is told two things at
 * once. Thread-safe.
 */
final class ScriptedWire implements Wire {
    /** What becomes of a call. */
    @FunctionalInterface
    interface Script {
        void play(Completion completion);

        /** Completes on a thread of {@code executor}. */
        static Script on(Executor executor) {
            return completion -> executor.execute(() -> completion.completed(null));
        }

        /** Completes with a failure, inside the call. */
        static Script failing(Throwable failure) {
            return completion -> completion.completed(failure);
        }

        /** Never completes: it throws. */
        static Script throwing(RuntimeException failure) {
            return completion -> {
                throw failure;
            };
        }

        /** Never completes: it dies. */
        static Script dying(Error failure) {
            return completion -> {
                throw failure;
            };
        }
    }

    /** What a close does while it is under way. */
    @FunctionalInterface
    interface Act {
        void run() throws IOException;
    }

    /** Completes inside the call. */
    static final Script INLINE = completion -> completion.completed(null);

    /** Never completes. */
    static final Script NEVER = completion -> {};

    /** Completes twice inside the call. */
    static final Script TWICE = completion -> {
        completion.completed(null);
        completion.completed(null);
    };

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final int batch;
    private volatile Script script = INLINE;
    private volatile Script pingScript = INLINE;
    private volatile Act closing = () -> {};

    // Guarded by this.
    private final List<String> events = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final List<Integer> batches = new ArrayList<>();
    private final List<CloseStatus> closes = new ArrayList<>();
    private final ArrayDeque<Completion> held = new ArrayDeque<>();
    private boolean isHolding;
    private int pings;
    private boolean isBusy;
    private int overlaps;

    /** A wire that takes one message a call. */
    ScriptedWire() {
        this(1);
    }

    ScriptedWire(int batch) {
        this.batch = batch;
    }

    void script(Script newScript) {
        script = newScript;
    }

    void onPing(Script newScript) {
        pingScript = newScript;
    }

    void onClose(Act act) {
        closing = act;
    }

    /** From now on sends complete only when {@link #completeNext} or {@link #release} says so. */
    void hold() {
        synchronized (this) {
            isHolding = true;
        }
        script = completion -> {
            synchronized (this) {
                if (isHolding) {
                    held.add(completion);
                    notifyAll();
                    return;
                }
            }
            completion.completed(null);
        };
    }

    /** Completes the send that is held, on the caller's thread, and answers with its completion. */
    Completion completeNext() {
        Completion completion = takeHeld();
        completion.completed(null);
        return completion;
    }

    /** Waits until a send is held, and answers with its completion. */
    synchronized Completion takeHeld() {
        await(() -> !held.isEmpty());
        return held.remove();
    }

    /** Completes what is held, and everything after it inside the call. */
    void release() {
        synchronized (this) {
            isHolding = false;
        }
        Completion completion;
        while ((completion = pollHeld()) != null) {
            completion.completed(null);
        }
    }

    private synchronized @Nullable Completion pollHeld() {
        return held.poll();
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public void send(List<Outgoing> messages, Completion completion) {
        List<String> sent = messages.stream().map(Outgoing::text).toList();
        begin(() -> {
            sent.forEach(text -> events.add("send " + text));
            texts.addAll(sent);
            batches.add(sent.size());
        });
        play(script, completion);
    }

    @Override
    public void ping(Completion completion) {
        begin(() -> {
            events.add("ping");
            pings++;
        });
        play(pingScript, completion);
    }

    private void play(Script what, Completion completion) {
        AtomicBoolean isDone = new AtomicBoolean();
        Completion noted = failure -> {
            if (isDone.compareAndSet(false, true)) {
                end();
            }
            completion.completed(failure);
        };
        try {
            what.play(noted);
        } catch (RuntimeException | Error thrown) {
            if (isDone.compareAndSet(false, true)) {
                end();
            }
            throw thrown;
        }
    }

    @Override
    public void close(CloseStatus code) throws IOException {
        synchronized (this) {
            events.add("close " + code);
            closes.add(code);
            notifyAll();
        }
        closing.run();
    }

    private synchronized void begin(Runnable note) {
        if (isBusy) {
            overlaps++;
        }
        isBusy = true;
        note.run();
        notifyAll();
    }

    private synchronized void end() {
        isBusy = false;
    }

    /** Everything it was told so far. */
    synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** The messages among that. */
    synchronized List<String> texts() {
        return List.copyOf(texts);
    }

    /** How many messages came with each call. */
    synchronized List<Integer> batches() {
        return List.copyOf(batches);
    }

    synchronized List<CloseStatus> closes() {
        return List.copyOf(closes);
    }

    synchronized int pings() {
        return pings;
    }

    /** How often it was told something while something else was under way. */
    synchronized int overlaps() {
        return overlaps;
    }

    /** Waits for the first {@code count} messages. */
    synchronized List<String> awaitTexts(int count) {
        await(() -> texts.size() >= count);
        return List.copyOf(texts);
    }

    /** Waits for a message. */
    synchronized List<String> awaitText(String text) {
        await(() -> texts.contains(text));
        return List.copyOf(texts);
    }

    /** Waits for a message, or for the close. */
    synchronized void awaitTextOrClose(String text) {
        await(() -> texts.contains(text) || !closes.isEmpty());
    }

    synchronized void awaitPings(int count) {
        await(() -> pings >= count);
    }

    /** Waits for the close and answers with its code. */
    synchronized CloseStatus awaitClose() {
        await(() -> !closes.isEmpty());
        return closes.get(0);
    }

    private synchronized void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError("waited in vain; the wire was told: " + lastOf(events));
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted; the wire was told: " + lastOf(events), e);
            }
        }
    }

    private static List<String> lastOf(List<String> all) {
        return all.subList(Math.max(0, all.size() - 20), all.size());
    }
}
