package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is asked of the engine besides appending and following, on one thread: what others read, presence, words, and
 * the lease, which goes before all.
 */
final class Clerk implements AutoCloseable {
    private static final int MAX_WAITING = 20_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LAST_WORDS_MILLIS = 2_000;

    private final ArrayDeque<Task<?>> tasks = new ArrayDeque<>(); // guarded by this
    private final Chores chores;
    private final Tether<Link> tether;
    private boolean isWoken; // guarded by this
    private boolean closed; // guarded by this
    private @Nullable Task<?> current; // the thread's own

    Clerk(Tether.Connector<Link> engine, Pulse pulse, Chores chores) {
        this.chores = chores;
        this.tether = new Tether<>("clerk", pulse, engine, Link::cut, this::work, this::expire);
    }

    void start() {
        tether.start();
    }

    boolean isUp() {
        return tether.isUp();
    }

    /** Asks the engine something, after all who asked before. Fails with {@link BackplaneException}. */
    <T> CompletionStage<T> ask(Question<T> question) {
        Task<T> task = new Task<>(question, new CompletableFuture<>(), System.nanoTime());
        synchronized (this) {
            if (closed || tasks.size() >= MAX_WAITING) {
                return CompletableFuture.failedStage(
                        new BackplaneException(closed ? "the backplane is closed" : "too much waits for the engine"));
            }
            tasks.add(task);
            notifyAll();
        }
        return task.answer;
    }

    /** There are chores to do. */
    synchronized void wake() {
        isWoken = true;
        notifyAll();
    }

    private void work(Link link) throws LinkException, InterruptedException {
        chores.connected(link);
        while (true) {
            long waitMillis = chores.run(link);
            if (current == null) {
                current = next(waitMillis);
            }
            if (current != null) {
                current.run(link); // asked once more over a new connection, if this one is lost
                current = null;
            }
        }
    }

    private synchronized @Nullable Task<?> next(long waitMillis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        for (long left = waitMillis; tasks.isEmpty() && !isWoken && left > 0; ) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        isWoken = false;
        return tasks.poll();
    }

    private void expire() {
        long now = System.nanoTime();
        List<Task<?>> expired = new ArrayList<>();
        if (current != null && now - current.sinceNanos > PATIENCE_NANOS) {
            expired.add(current);
            current = null;
        }
        synchronized (this) {
            tasks.removeIf(task -> now - task.sinceNanos > PATIENCE_NANOS && expired.add(task));
        }
        expired.forEach(task -> task.fail("the engine does not answer"));
    }

    /** Does a last thing, if there is a connection, and stops. */
    void close(Question<Boolean> last) {
        CompletionStage<Boolean> done = ask(last);
        synchronized (this) {
            closed = true;
        }
        if (isUp()) {
            try {
                done.toCompletableFuture().get(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException gone) {
                // then the lease has to run out
            }
        }
        close();
    }

    @Override
    public void close() {
        List<Task<?>> rest;
        synchronized (this) {
            closed = true;
            rest = new ArrayList<>(tasks);
            tasks.clear();
        }
        tether.close();
        if (current != null) { // its thread has ended, and nobody will ask it
            rest.add(current);
        }
        rest.forEach(task -> task.fail("the backplane is closed"));
    }

    /** What a connection is asked. */
    interface Question<T> {
        T to(Link link) throws LinkException;
    }

    /** What is to be done unasked. */
    interface Chores {
        /** A new connection, perhaps to an engine that knows nothing. */
        void connected(Link link) throws LinkException;

        /** Does what is due, and says after how many milliseconds something will be. */
        long run(Link link) throws LinkException;
    }

    private record Task<T>(Question<T> question, CompletableFuture<T> answer, long sinceNanos) {
        void run(Link link) throws LinkException {
            try {
                answer.complete(question.to(link));
            } catch (RuntimeException e) {
                answer.completeExceptionally(new BackplaneException("it could not be asked", e));
            }
        }

        void fail(String why) {
            answer.completeExceptionally(new BackplaneException(why));
        }
    }
}
