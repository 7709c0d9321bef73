package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.RoomId;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the engine for somebody: reads, members, what is kept, words. Several workers, each with a connection of its
 * own. Thread-safe.
 *
 * <pre>
 *   ask ──▶ a lane for each room ──▶ whose turn it is ──▶ worker 1, 2, 3 ──▶ answer, or refusal
 *                                                              │ the engine is away: once more, over any connection
 *   5 s after it was asked, whatever has become of it: failed  ◀
 * </pre>
 *
 * <p>Lanes take turns, and none may have all workers, so that one room's questions do not delay all others. Whoever asks what
 * somebody else has asked and nobody has begun to ask the engine shares the answer.
 */
final class QueryWorkers implements AutoCloseable {
    private static final Logger LOG = System.getLogger(QueryWorkers.class.getName());
    static final int WORKERS = 3;
    static final int MAX_WAITING = 20_000;
    static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_TRIES = 3;
    private static final long LOOK_MILLIS = 1_000;
    private static final long MAX_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int TEXTS = 3; // a read piece is there as the driver's bytes, as ours and as text

    private final Map<Lane, ArrayDeque<Task<?>>> lanes = new LinkedHashMap<>(); // the next one first; guarded by this
    private final Map<Object, Task<?>> shared = new HashMap<>(); // not begun, by what is asked; guarded by this
    private final Set<Task<?>> begun = new HashSet<>(); // guarded by this
    private final Map<Lane, Long> resting = new HashMap<>(); // until when, by the nanosecond clock; guarded by this
    private final List<ConnectionLoop<Link>> workers = new ArrayList<>();
    private final Budget budget;
    private int waiting; // guarded by this
    private boolean closed; // guarded by this

    QueryWorkers(ConnectionLoop.Connector<Link> engine, Budget budget) {
        this.budget = budget;
        for (int i = 1; i <= WORKERS; i++) {
            workers.add(ConnectionLoop.ofTurns("query-" + i, engine, this::take));
        }
    }

    List<ConnectionLoop<Link>> loops() {
        return workers;
    }

    /**
     * Asks the engine something. Fails with {@link BackplaneException}, at the latest after {@link #PATIENCE}.
     *
     * @param what equal for two questions whose answer is the same if they are asked at the same moment
     * @param bytes how many may come
     */
    <T> CompletionStage<T> ask(Lane lane, Object what, long bytes, Question<T> question) {
        Task<T> task;
        synchronized (this) {
            @SuppressWarnings("unchecked") // equal questions have answers of one type
            Task<T> same = (Task<T>) shared.get(what);
            if (same != null) {
                return same.answer.copy();
            }
            ArrayDeque<Task<?>> queue = lanes.get(lane);
            boolean isFull = waiting >= MAX_WAITING || (queue != null && queue.size() >= MAX_WAITING / 2);
            if (closed || isFull) {
                return CompletableFuture.failedStage(
                        new BackplaneException(closed ? "the backplane is closed" : "too much waits for the engine"));
            }
            task = new Task<>(lane, what, bytes, question);
            lanes.computeIfAbsent(lane, name -> new ArrayDeque<>()).add(task);
            shared.put(what, task);
            waiting++;
            notifyAll();
        }
        return task.answer.copy();
    }

    /** Asks for nobody else, and for next to nothing. */
    <T> CompletionStage<T> ask(Lane lane, Question<T> question) {
        return ask(lane, new Object(), 0, question);
    }

    /** Nothing more of this lane is begun for so long, half a second at most. */
    synchronized void rest(Lane lane, long nanos) {
        resting.put(lane, System.nanoTime() + Math.min(nanos, MAX_REST_NANOS));
    }

    private boolean take(Link link, Runnable beat) throws LinkException, InterruptedException {
        Task<?> task = next();
        beat.run();
        if (task != null) {
            run(task, link);
        }
        return task != null;
    }

    private synchronized @Nullable Task<?> next() throws InterruptedException {
        boolean unused = Threads.await(this, LOOK_MILLIS, () -> free() != null, this::millisUntilRested);
        Lane lane = free();
        ArrayDeque<Task<?>> queue = lane == null ? null : lanes.remove(lane);
        if (lane == null || queue == null) {
            return null;
        }
        Task<?> task = queue.remove();
        if (!queue.isEmpty()) {
            lanes.put(lane, queue); // the others first
        }
        shared.remove(task.what, task);
        begun.add(task);
        waiting--;
        return task;
    }

    /** Until one of the lanes has rested; not before. Under the lock. */
    private long millisUntilRested() {
        long now = System.nanoTime();
        return resting.values().stream()
                .mapToLong(until -> TimeUnit.NANOSECONDS.toMillis(until - now) + 1)
                .min()
                .orElse(LOOK_MILLIS);
    }

    /** The first lane of which another question may be asked. Under the lock. */
    private @Nullable Lane free() {
        long now = System.nanoTime();
        resting.values().removeIf(until -> until - now <= 0);
        for (Lane lane : lanes.keySet()) {
            if (!resting.containsKey(lane)
                    && begun.stream().filter(task -> task.lane.equals(lane)).count() < lane.width()) {
                return lane;
            }
        }
        return null;
    }

    private <T> void run(Task<T> task, Link link) throws LinkException {
        long bytes = TEXTS * task.bytes;
        budget.hold(Budget.Use.ENGINE, bytes);
        boolean isOver = true;
        try {
            if (!task.answer.isDone()) {
                task.tries++;
                task.answer.complete(task.question.to(link));
            }
        } catch (BackplaneException refused) {
            task.answer.completeExceptionally(refused);
        } catch (LinkException away) {
            isOver = task.tries >= MAX_TRIES || task.answer.isDone();
            if (isOver) {
                task.fail("the engine does not answer");
            }
            throw away;
        } catch (Throwable e) { // the connection may be in the middle of an answer
            task.answer.completeExceptionally(new BackplaneException("it could not be asked", e));
            throw e;
        } finally {
            budget.release(Budget.Use.ENGINE, bytes);
            over(task, isOver);
        }
    }

    private synchronized void over(Task<?> task, boolean isOver) {
        begun.remove(task);
        if (!isOver && !closed) {
            lanes.computeIfAbsent(task.lane, name -> new ArrayDeque<>())
                    .addFirst(task); // its turn was before all others
            waiting++;
        }
        notifyAll();
    }

    /** Fails what has waited too long, and cuts what does not come back. Called every now and then by a watch. */
    void watch() {
        long now = System.nanoTime();
        List<Task<?>> expired = new ArrayList<>();
        synchronized (this) {
            lanes.values().forEach(queue -> queue.removeIf(task -> task.isLate(now) && expired.add(task)));
            lanes.values().removeIf(ArrayDeque::isEmpty);
            waiting -= expired.size();
            expired.forEach(late -> shared.remove(late.what, late));
            begun.stream().filter(task -> task.isLate(now)).forEach(expired::add);
        }
        expired.forEach(task -> task.fail("the engine does not answer"));
        workers.forEach(worker -> worker.cutIfStuck(PATIENCE));
    }

    @Override
    public void close() {
        List<Task<?>> rest = new ArrayList<>();
        synchronized (this) {
            closed = true;
            lanes.values().forEach(rest::addAll);
            rest.addAll(begun);
            lanes.clear();
            shared.clear();
            waiting = 0;
        }
        rest.forEach(task -> task.fail("the backplane is closed"));
        workers.forEach(ConnectionLoop::renew); // all at once, because each is waited for
        workers.forEach(ConnectionLoop::close);
        if (!rest.isEmpty()) {
            LOG.log(Level.DEBUG, "{0} questions were not answered", rest.size());
        }
    }

    /** Questions that take turns with those of others; so many of them are asked at once. */
    record Lane(String name, int width) {
        /** One word at a time, so that they keep their order. */
        static final Lane WORDS = new Lane("words", 1);

        /** One batch at a time, so that others have the workers. */
        static final Lane SIGNALS = new Lane("signals", 1);

        /** What is stored in several rooms at once; one at a time, so that those of one author keep their order. */
        static final Lane TOGETHER = new Lane("together", 1);

        /** One batch at a time. */
        static final Lane OUTBOX = new Lane("outbox", 1);

        /** One sweep at a time. */
        static final Lane KEEPING = new Lane("keeping", 1);

        static final Lane SHELF = new Lane("shelf", WORKERS - 1);

        static Lane of(RoomId room) {
            return new Lane("room " + room.name(), WORKERS - 1);
        }
    }

    /** What a connection is asked. */
    interface Question<T> {
        T to(Link link) throws LinkException;
    }

    private static final class Task<T> {
        private final Lane lane;
        private final Object what;
        private final long bytes;
        private final Question<T> question;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final long sinceNanos = System.nanoTime();
        private int tries; // of the worker that has it

        Task(Lane lane, Object what, long bytes, Question<T> question) {
            this.lane = lane;
            this.what = what;
            this.bytes = bytes;
            this.question = question;
        }

        boolean isLate(long now) {
            return now - sinceNanos > PATIENCE.toNanos();
        }

        void fail(String why) {
            answer.completeExceptionally(new BackplaneException(why));
        }
    }
}
