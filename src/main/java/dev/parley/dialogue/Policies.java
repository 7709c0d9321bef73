package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.Verdict;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.RoomPattern;
import dev.parley.connection.Workers;
import dev.parley.handshake.Credential;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what in which room, and what may be said there: the application's policies and the file of rules. Where there is
 * neither, everybody may do everything. Thread-safe; no call blocks.
 *
 * <p>What the file decides is answered at once. Policies may block, so they are asked on threads of their own; what they answer
 * about somebody's right is kept for a while, at most 10,000 answers. Futures never fail.
 */
public final class Policies implements AutoCloseable {
    private static final int MAX_KEPT = 10_000;
    private static final int AT_ONCE = 8; // rooms; there are as many threads for a policy
    private static final Duration UNKNOWN_KEPT = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** What there is to say about somebody's right. */
    public enum Decision {
        ALLOWED,
        DENIED,
        /** The policy does not answer just now, so it is not allowed; but it may be tried again. */
        UNKNOWN
    }

    private record Asked(Caller caller, Action action, RoomId room) {}

    private record Step(PolicyRunner policy, RoomName room) {}

    /** An answer, and until when it counts, which is set before anybody has it. */
    private final class Kept {
        private final CompletableFuture<Decision> answer;
        private volatile long until;

        Kept(CompletableFuture<Decision> asked) {
            answer = asked.thenApply(decision -> {
                Duration life = decision == Decision.UNKNOWN && kept.compareTo(UNKNOWN_KEPT) > 0 ? UNKNOWN_KEPT : kept;
                until = nanoTime.getAsLong() + life.toNanos();
                return decision;
            });
        }
    }

    private final PolicyRunner.Threading threading;
    private volatile List<PolicyRunner> runners = List.of(); // the most specific first; swapped under the lock
    private final @Nullable Supplier<RoomRules> rules;
    private final Duration kept;
    private final LongSupplier nanoTime;
    private final Map<Asked, Kept> answers = new ConcurrentHashMap<>();
    private final CompletableFuture<Decision> allowed = CompletableFuture.completedFuture(Decision.ALLOWED);
    private final CompletableFuture<Decision> denied = CompletableFuture.completedFuture(Decision.DENIED);
    private final CompletableFuture<Optional<Verdict>> accepted =
            CompletableFuture.completedFuture(Optional.of(Verdict.accept()));
    private volatile Runnable onChange = () -> {};

    /**
     * Policies that are looked after from now on.
     *
     * @param rules null where there is no file
     * @param kept how long an answer about somebody's right counts; 0 for not at all
     * @param threads makes the threads that policies are asked on
     * @throws IllegalArgumentException if the rooms of a policy are no pattern
     */
    public static Policies of(
            List<RoomPolicy> policies,
            @Nullable RulesFile rules,
            Duration kept,
            ThreadFactory threads,
            Workers workers) {
        Policies all = new Policies(
                policies, rules == null ? null : rules::rules, kept, threads, workers.fanOut(), System::nanoTime);
        workers.every(LOOK, () -> {
            all.look();
            if (rules != null && rules.look()) {
                all.changed();
            }
        });
        return all;
    }

    Policies(
            List<RoomPolicy> policies,
            @Nullable Supplier<RoomRules> rules,
            Duration kept,
            ThreadFactory threads,
            Executor handOn,
            LongSupplier nanoTime) {
        this.threading = new PolicyRunner.Threading(threads, handOn, nanoTime);
        this.rules = rules;
        this.kept = kept;
        this.nanoTime = nanoTime;
        policies.forEach(this::add);
    }

    /**
     * One more, from now on.
     *
     * @throws IllegalArgumentException if its rooms are no pattern
     */
    public synchronized void add(RoomPolicy policy) {
        PolicyRunner runner = new PolicyRunner(policy, threading);
        runners = Stream.concat(runners.stream(), Stream.of(runner))
                .sorted(Comparator.comparing(PolicyRunner::rooms).thenComparing(PolicyRunner::toString))
                .toList();
        answers.clear();
    }

    /** How many questions policies were asked, by what came of them. */
    public Map<String, Long> questions() {
        Map<String, Long> sums = new TreeMap<>();
        runners.forEach(
                runner -> runner.questions().forEach((outcome, count) -> sums.merge(outcome, count, Long::sum)));
        return sums;
    }

    /** How many questions wait for a policy's answer, those included that it is being asked. */
    public int waiting() {
        return runners.stream().mapToInt(PolicyRunner::waiting).sum();
    }

    /** Whom policies are asked about: nobody known, if it only says itself who it is. */
    public static Caller callerOf(Credential who) {
        return who.source() == Credential.Source.VISITOR
                ? Caller.ANONYMOUS
                : new Caller(who.user(), who.roles(), who.scopes(), who.claims());
    }

    /** Whether there is somebody who looks at messages, perhaps. */
    boolean isModerated() {
        return !runners.isEmpty();
    }

    /** Whether everybody may do everything, because nobody has said who may. */
    public boolean isEverythingAllowed() {
        return runners.isEmpty() && rules == null;
    }

    /** Calls {@code listener} when the file has new rules. */
    void onChange(Runnable listener) {
        onChange = listener;
    }

    /**
     * Whether somebody may do something. Completed already where no policy has to be asked. An inbox is its user's own, and no
     * policy's affair: nobody else may do anything there.
     */
    public CompletableFuture<Decision> decide(Caller caller, Action action, RoomId room) {
        if (room.isInbox()) {
            return denied;
        }
        if (runners.isEmpty()) {
            return rules == null || rules.get().allow(caller, action, room) ? allowed : denied;
        }
        Asked asked = new Asked(caller, action, room);
        Kept known = answers.get(asked);
        return known != null && isGood(known) ? known.answer : ask(asked);
    }

    /** The same in several rooms. Few are asked about at once, so that one caller leaves a policy time for others. */
    public CompletableFuture<Map<RoomId, Decision>> decide(Caller caller, Action action, Collection<RoomId> rooms) {
        return inTurn(rooms, room -> decide(caller, action, room));
    }

    /** What becomes of the same message in several rooms, of which few are asked about at once. */
    public CompletableFuture<Map<RoomId, Optional<Verdict>>> accept(
            Caller caller, Collection<RoomId> rooms, dev.parley.protocol.Json data) {
        return inTurn(rooms, room -> accept(caller, room, data));
    }

    /** Asks about some rooms, and about others when these are answered. */
    static <T> CompletableFuture<Map<RoomId, T>> inTurn(
            Collection<RoomId> rooms, Function<RoomId, CompletableFuture<T>> question) {
        Map<RoomId, T> answers = new ConcurrentHashMap<>();
        return asked(List.copyOf(rooms), question, answers).thenApply(done -> answers);
    }

    private static <T> CompletableFuture<Void> asked(
            List<RoomId> rooms, Function<RoomId, CompletableFuture<T>> question, Map<RoomId, T> answers) {
        List<RoomId> first = rooms.subList(0, Math.min(AT_ONCE, rooms.size()));
        CompletableFuture<Void> asked = CompletableFuture.allOf(first.stream()
                .map(room -> question.apply(room).thenAccept(answer -> answers.put(room, answer)))
                .toArray(CompletableFuture[]::new));
        return first.size() == rooms.size()
                ? asked
                : asked.thenCompose(done -> asked(rooms.subList(first.size(), rooms.size()), question, answers));
    }

    CompletableFuture<Decision> allowed() {
        return allowed;
    }

    CompletableFuture<Decision> denied() {
        return denied;
    }

    private boolean isGood(Kept answer) {
        return !answer.answer.isDone() || nanoTime.getAsLong() - answer.until < 0;
    }

    private CompletableFuture<Decision> ask(Asked asked) {
        RoomRules written = rules == null ? null : rules.get();
        RoomPattern pattern =
                written == null ? null : written.about(asked.room()).orElse(null);
        List<Step> steps = steps(
                asked.room(),
                runner -> (pattern == null || runner.rooms().compareTo(pattern) <= 0) && runner.hasRights());
        if (steps.isEmpty()) {
            return isWritten(written, asked) ? allowed : denied;
        }
        makeRoom();
        Kept mine = new Kept(ask(
                steps,
                step -> decision(step.policy().policy().allows(asked.caller(), asked.action(), step.room())),
                () -> decision(isWritten(written, asked)),
                Decision.UNKNOWN));
        answers.put(asked, mine);
        return mine.answer;
    }

    private static boolean isWritten(@Nullable RoomRules written, Asked asked) {
        return written != null && written.allow(asked.caller(), asked.action(), asked.room());
    }

    private static Decision decision(boolean isAllowed) {
        return isAllowed ? Decision.ALLOWED : Decision.DENIED;
    }

    /**
     * What becomes of a message of somebody who may send; nothing if a policy does not answer just now. Completed already where no
     * policy has to be asked.
     */
    public CompletableFuture<Optional<Verdict>> accept(Caller caller, RoomId room, dev.parley.protocol.Json data) {
        List<Step> steps = runners.isEmpty() ? List.of() : steps(room, PolicyRunner::isModerator);
        if (steps.isEmpty()) {
            return accepted;
        }
        Json said = Json.raw(data.source());
        return ask(
                steps,
                step -> Optional.of(Objects.requireNonNull(
                        step.policy().policy().accept(caller, step.room(), said),
                        "a policy accepts, changes or rejects")),
                () -> Optional.of(Verdict.accept()),
                Optional.empty());
    }

    /** Asks one policy after the other, until one decides. */
    private static <T> CompletableFuture<T> ask(
            List<Step> steps, Function<Step, T> question, Supplier<T> undecided, T unknown) {
        return steps.get(0)
                .policy()
                .ask(
                        () -> {
                            for (Step step : steps) {
                                try {
                                    return question.apply(step);
                                } catch (RuntimeException e) {
                                    requireUndecided(e);
                                }
                            }
                            return undecided.get();
                        },
                        unknown);
    }

    /** An EJB's container wraps what its methods throw. */
    private static void requireUndecided(RuntimeException thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof RoomPolicy.Undecided) {
                return;
            }
        }
        throw thrown;
    }

    private List<Step> steps(RoomId room, Predicate<PolicyRunner> which) {
        List<Step> steps = new ArrayList<>();
        for (PolicyRunner runner : runners) {
            runner.rooms()
                    .match(room)
                    .filter(variables -> which.test(runner))
                    .ifPresent(variables -> steps.add(new Step(runner, new RoomName(room.name(), variables))));
        }
        return steps;
    }

    private void makeRoom() {
        if (answers.size() < MAX_KEPT) {
            return;
        }
        forgetOld();
        Iterator<Kept> some = answers.values().iterator();
        for (int i = 0; answers.size() >= MAX_KEPT && i < MAX_KEPT / 10 && some.hasNext(); i++) {
            some.next();
            some.remove();
        }
    }

    private void forgetOld() {
        answers.values().removeIf(answer -> !isGood(answer));
    }

    /** Whatever was answered about a room does not count any more. */
    void forget(RoomId room) {
        answers.keySet().removeIf(asked -> asked.room().equals(room));
    }

    int keptAnswers() {
        return answers.size();
    }

    /** Gives up what is not answered. Called about once a second. */
    void look() {
        runners.forEach(PolicyRunner::look);
        forgetOld();
    }

    /** There are new rules. */
    void changed() {
        answers.clear();
        onChange.run();
    }

    /** Asks nobody any more. */
    @Override
    public void close() {
        runners.forEach(PolicyRunner::close);
    }
}
