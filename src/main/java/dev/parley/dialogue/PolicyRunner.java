package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.backplane.RoomPattern;
import dev.parley.node.LogLimit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One policy and the threads that ask it: at most 8, and 256 questions that wait for one of them. Its own, so that a policy that
 * does not answer holds up no other one. Thread-safe; nothing here blocks the caller.
 *
 * <p>A question is given up after 5 seconds. Its thread is not interrupted, which some drivers do not survive. Once all threads
 * are with questions that were given up, no question is taken until one of them comes back.
 */
final class PolicyRunner implements AutoCloseable {
    static final int THREADS = 8;
    static final int WAITING = 256;
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Logger LOG = System.getLogger(PolicyRunner.class.getName());
    private static final int IDLE_SECONDS = 30;

    /**
     * How policies are asked.
     *
     * @param factory makes the threads for it
     * @param handOn takes the answers to whoever waits for them
     */
    record Threading(ThreadFactory factory, Executor handOn, LongSupplier nanoTime) {}

    /** What came of a question. */
    private enum Outcome {
        ANSWERED,
        FAILED,
        TIMED_OUT,
        REFUSED
    }

    private final RoomPolicy policy;
    private final RoomPattern rooms;
    private final boolean hasRights;
    private final boolean isModerator;
    private final Executor handOn;
    private final LongSupplier nanoTime;
    private final ThreadPoolExecutor threads;
    private final Set<Question<?>> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lost = new AtomicInteger(); // threads whose question was given up
    private final LogLimit complaints;
    private final Map<Outcome, LongAdder> questions = new EnumMap<>(Outcome.class);

    /** @throws IllegalArgumentException if the policy's rooms are no pattern */
    PolicyRunner(RoomPolicy policy, Threading threading) {
        this.policy = policy;
        try {
            this.rooms = new RoomPattern(policy.rooms());
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(this + ": rooms(): " + wrong.getMessage(), wrong);
        }
        this.hasRights = has("allows", Caller.class, Action.class, RoomName.class);
        this.isModerator = has("accept", Caller.class, RoomName.class, Json.class);
        this.handOn = threading.handOn();
        this.nanoTime = threading.nanoTime();
        this.complaints = new LogLimit(nanoTime);
        for (Outcome outcome : Outcome.values()) {
            questions.put(outcome, new LongAdder());
        }
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING),
                threading.factory());
        threads.allowCoreThreadTimeOut(true);
    }

    RoomPolicy policy() {
        return policy;
    }

    RoomPattern rooms() {
        return rooms;
    }

    /** Whether the policy says who may do what. */
    boolean hasRights() {
        return hasRights;
    }

    /** Whether the policy looks at messages. */
    boolean isModerator() {
        return isModerator;
    }

    /** Whether the policy has not left a method out; a proxy seems to have them all. */
    private boolean has(String method, Class<?>... parameters) {
        try {
            return policy.getClass().getMethod(method, parameters).getDeclaringClass() != RoomPolicy.class;
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Asks. The future never fails: where there is no answer it is {@code unknown}, at once if too many wait. */
    <T> CompletableFuture<T> ask(Supplier<T> asking, T unknown) {
        Question<T> question = new Question<>(asking, unknown, nanoTime.getAsLong());
        open.add(question);
        try {
            if (lost.get() < THREADS) {
                threads.execute(question);
                return question.answer;
            }
        } catch (RejectedExecutionException full) {
            // nobody has time for it
        } catch (Throwable noThread) { // the system has none just now
            complain("cannot be asked", noThread);
        }
        open.remove(question);
        count(Outcome.REFUSED);
        complain("has more questions than it answers", null);
        question.answer.complete(unknown);
        return question.answer;
    }

    private void count(Outcome outcome) {
        Objects.requireNonNull(questions.get(outcome), "all outcomes are there").increment();
    }

    /** How many questions there were, by what came of them, in lower case. */
    Map<String, Long> questions() {
        Map<String, Long> sums = new TreeMap<>();
        questions.forEach((outcome, count) -> sums.put(outcome.name().toLowerCase(Locale.ROOT), count.sum()));
        return sums;
    }

    /** How many have no answer yet. */
    int waiting() {
        return open.size();
    }

    /** Gives up what has waited for too long. Called about once a second. */
    void look() {
        long now = nanoTime.getAsLong();
        open.forEach(question -> question.giveUp(now));
    }

    private void complain(String what, @Nullable Throwable fault) {
        if (complaints.allows()) {
            LOG.log(Level.WARNING, () -> this + " " + what + "; who asks is told to try again", fault);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        return "policy " + policy.getClass().getName();
    }

    private final class Question<T> implements Runnable {
        private final Supplier<T> asking;
        private final T unknown;
        private final long askedAt;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private boolean isAnswered; // guarded by this, as all below
        private boolean isRunning;
        private boolean isLost;

        Question(Supplier<T> asking, T unknown, long askedAt) {
            this.asking = asking;
            this.unknown = unknown;
            this.askedAt = askedAt;
        }

        @Override
        public void run() {
            synchronized (this) {
                if (isAnswered) {
                    return;
                }
                isRunning = true;
            }
            T found = unknown;
            Outcome outcome = Outcome.FAILED;
            try {
                found = asking.get();
                outcome = Outcome.ANSWERED;
            } catch (Throwable fault) { // an Error, too, is the policy's and must not end the thread
                complain("failed", fault);
            }
            synchronized (this) {
                isRunning = false;
                if (isLost) {
                    lost.decrementAndGet();
                }
            }
            answer(found, outcome);
        }

        private void answer(T found, Outcome outcome) {
            synchronized (this) {
                if (isAnswered) {
                    return;
                }
                isAnswered = true;
                if (isRunning) {
                    isLost = true;
                    lost.incrementAndGet();
                }
            }
            open.remove(this);
            count(outcome);
            try {
                handOn.execute(() -> answer.complete(found));
            } catch (Throwable noThread) { // or nobody would ever hear it
                answer.complete(found);
            }
        }

        void giveUp(long now) {
            if (now - askedAt >= PATIENCE.toNanos()) {
                complain("does not answer", null);
                answer(unknown, Outcome.TIMED_OUT);
            }
        }
    }
}
