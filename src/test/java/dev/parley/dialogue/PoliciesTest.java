package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.Verdict;
import dev.parley.backplane.RoomId;
import dev.parley.connection.ManualClock;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.node.Threads;
import dev.parley.protocol.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PoliciesTest {
    private static final Caller CAROL = new Caller("carol", Set.of("staff"), Set.of(), Map.of());
    private static final RoomId ORDER = new RoomId("order-42");
    private static final Duration KEPT = Duration.ofSeconds(5);

    private final ManualClock clock = new ManualClock();
    private final List<Policies> opened = new ArrayList<>();
    private final List<ScriptedPolicy> scripted = new ArrayList<>();

    @AfterEach
    void stop() {
        scripted.forEach(ScriptedPolicy::goOn);
        opened.forEach(Policies::close);
    }

    private Policies policies(@Nullable RoomRules rules, RoomPolicy... policies) {
        Policies made = new Policies(
                List.of(policies),
                rules == null ? null : () -> rules,
                KEPT,
                Threads.factory("policy"),
                Runnable::run,
                clock);
        opened.add(made);
        for (RoomPolicy policy : policies) {
            if (policy instanceof ScriptedPolicy one) {
                scripted.add(one);
            }
        }
        return made;
    }

    private static Decision decision(Policies policies, Action action, RoomId room) throws Exception {
        return policies.decide(CAROL, action, room).get(20, TimeUnit.SECONDS);
    }

    @Test
    void whereNobodySaysAnythingEverythingIsAllowedAtOnce() {
        Policies none = policies(null);

        assertThat(none.isEverythingAllowed()).isTrue();
        assertThat(none.decide(Caller.ANONYMOUS, Action.SEND, ORDER))
                .isCompletedWithValue(Decision.ALLOWED)
                .isSameAs(none.decide(CAROL, Action.JOIN, ORDER));
        assertThat(none.accept(CAROL, ORDER, json("1"))).isCompletedWithValue(Optional.of(Verdict.accept()));
    }

    @Test
    void rulesAnswerAtOnce() {
        Policies rules = policies(RoomRules.parse(List.of("order-* join role:staff")));

        assertThat(rules.decide(CAROL, Action.JOIN, ORDER)).isCompletedWithValue(Decision.ALLOWED);
        assertThat(rules.decide(CAROL, Action.SEND, ORDER)).isCompletedWithValue(Decision.DENIED);
    }

    @Test
    void aPolicyIsAskedOnAThreadOfParleysAndItsAnswerIsKept() throws Exception {
        ScriptedPolicy policy = new ScriptedPolicy("order-{id}");
        Policies policies = policies(null, policy);

        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.ALLOWED);
        policy.denied.add(Action.JOIN);
        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.ALLOWED);
        assertThat(policy.asked).containsExactly("carol JOIN order-42");
        assertThat(policy.threads).allMatch(thread -> thread.getName().startsWith("parley-policy-"));

        clock.advance(KEPT);
        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.DENIED);
        assertThat(policies.decide(Caller.ANONYMOUS, Action.JOIN, ORDER).get()).isEqualTo(Decision.DENIED);
        assertThat(policy.asked).hasSize(3);
    }

    @Test
    void whoeverIsToldAnAnswerFindsItKept() {
        ScriptedPolicy policy = new ScriptedPolicy("*").hang();
        Policies policies = policies(null, policy);

        CompletableFuture<Boolean> isKept = policies.decide(CAROL, Action.JOIN, ORDER)
                .thenApply(
                        decision -> policies.decide(CAROL, Action.JOIN, ORDER).isDone());
        policy.goOn();

        assertThat(isKept.join()).isTrue();
        assertThat(policy.asked).hasSize(1);
    }

    @Test
    void whatIsForgottenIsAskedAgain() throws Exception {
        ScriptedPolicy policy = new ScriptedPolicy("*");
        Policies policies = policies(null, policy);
        decision(policies, Action.JOIN, ORDER);
        decision(policies, Action.JOIN, new RoomId("other"));
        policy.denied.add(Action.JOIN);

        policies.forget(ORDER);

        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.DENIED);
        assertThat(decision(policies, Action.JOIN, new RoomId("other"))).isEqualTo(Decision.ALLOWED);
    }

    @Test
    void theMostSpecificDecides() throws Exception {
        ScriptedPolicy orders = new ScriptedPolicy("order-{id}");
        orders.denied.addAll(Set.of(Action.values()));
        Policies policies = policies(
                RoomRules.parse(List.of("* all everyone", "order-vip-* join everyone", "order-{user} all known")),
                new ScriptedPolicy("*"),
                orders);

        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.DENIED);
        assertThat(decision(policies, Action.SEND, new RoomId("order-vip-1"))).isEqualTo(Decision.ALLOWED);
        assertThat(orders.asked).containsExactly("carol JOIN order-42");
        assertThat(decision(policies, Action.JOIN, new RoomId("lobby"))).isEqualTo(Decision.ALLOWED);
    }

    @Test
    void whatNobodyDecidesIsDenied() throws Exception {
        Policies policies = policies(null, new ScriptedPolicy("order-{id}"));

        assertThat(policies.isEverythingAllowed()).isFalse();
        assertThat(policies.decide(CAROL, Action.JOIN, new RoomId("lobby"))).isCompletedWithValue(Decision.DENIED);
    }

    @Test
    void aMethodThatIsLeftOutLeavesItToTheNext() throws Exception {
        RoomPolicy moderator = new RoomPolicy() {
            @Override
            public Verdict accept(Caller caller, RoomName room, dev.parley.Json data) {
                return Verdict.reject("rude", "mind your words");
            }
        };
        RoomPolicy proxy = new RoomPolicy() { // as CDI makes one for a class that leaves both out
                    @Override
                    public String rooms() {
                        return "order-{id}";
                    }

                    @Override
                    public boolean allows(Caller caller, Action action, RoomName room) {
                        return RoomPolicy.super.allows(caller, action, room);
                    }

                    @Override
                    public Verdict accept(Caller caller, RoomName room, dev.parley.Json data) {
                        try {
                            return RoomPolicy.super.accept(caller, room, data);
                        } catch (RuntimeException e) {
                            throw new IllegalStateException("as an EJB's container does", e);
                        }
                    }
                };
        Policies policies = policies(RoomRules.parse(List.of("* join everyone")), moderator, proxy);

        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.ALLOWED);
        assertThat(decision(policies, Action.SEND, ORDER)).isEqualTo(Decision.DENIED);
        assertThat(policies.decide(CAROL, Action.JOIN, new RoomId("lobby"))).isCompletedWithValue(Decision.ALLOWED);
        assertThat(policies.accept(CAROL, ORDER, json("1")).get()).contains(Verdict.reject("rude", "mind your words"));
    }

    @Test
    void whoFailsOrAnswersNullIsUnknownForASecond() throws Exception {
        ScriptedPolicy policy = new ScriptedPolicy("*");
        policy.verdict = data -> {
            throw new LinkageError("somebody's fault");
        };
        boolean[] fails = {true};
        RoomPolicy failing = new RoomPolicy() {
            @Override
            public String rooms() {
                return "order-{id}";
            }

            @Override
            public boolean allows(Caller caller, Action action, RoomName room) {
                if (fails[0]) {
                    throw new IllegalStateException("the database is away");
                }
                return room.variable("id").equals("42");
            }
        };
        Policies policies = policies(null, policy, failing);

        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.UNKNOWN);
        fails[0] = false;
        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.UNKNOWN);
        clock.advance(Duration.ofSeconds(1));
        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.ALLOWED);
        assertThat(policies.accept(CAROL, ORDER, json("1")).get()).isEmpty();
        assertThat(policies.questions()).containsEntry("failed", 2L).containsEntry("answered", 1L);
    }

    @Test
    void aPolicyThatIsAddedLaterDecidesAndOldAnswersDoNotCount() throws Exception {
        ScriptedPolicy first = new ScriptedPolicy("*");
        Policies policies = policies(null, first);
        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.ALLOWED);

        ScriptedPolicy second = new ScriptedPolicy("order-{id}");
        second.denied.add(Action.JOIN);
        policies.add(second);

        assertThat(decision(policies, Action.JOIN, ORDER)).isEqualTo(Decision.DENIED);
        assertThat(decision(policies, Action.JOIN, new RoomId("lobby"))).isEqualTo(Decision.ALLOWED);
    }

    @Test
    void aPolicyThatHangsHoldsUpNoOtherOneAndNoMoreThreadsThanItsOwn() throws Exception {
        ScriptedPolicy hanging = new ScriptedPolicy("order-{id}").hang();
        ScriptedPolicy other = new ScriptedPolicy("lobby");
        Policies policies = policies(null, hanging, other);

        List<CompletableFuture<Decision>> waiting = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            waiting.add(policies.decide(CAROL, Action.JOIN, new RoomId("order-" + i)));
        }
        assertThat(waiting.stream().filter(answer -> !answer.isDone()))
                .hasSizeBetween(PolicyRunner.WAITING, PolicyRunner.WAITING + PolicyRunner.THREADS);
        assertThat(waiting.get(9_999)).isCompletedWithValue(Decision.UNKNOWN);
        assertThat(policies.waiting()).isBetween(PolicyRunner.WAITING, PolicyRunner.WAITING + PolicyRunner.THREADS);
        long taken = policies.waiting();
        assertThat(decision(policies, Action.JOIN, new RoomId("lobby"))).isEqualTo(Decision.ALLOWED);
        until(() -> hanging.underWay.get() == PolicyRunner.THREADS);

        clock.advance(PolicyRunner.PATIENCE);
        policies.look();

        assertThat(waiting).allMatch(CompletableFuture::isDone);
        assertThat(policies.waiting()).isZero();
        assertThat(policies.questions())
                .isEqualTo(Map.of("answered", 1L, "failed", 0L, "refused", 10_000 - taken, "timed_out", taken));
        assertThat(policies.decide(CAROL, Action.SEND, ORDER)).isCompletedWithValue(Decision.UNKNOWN);
        assertThat(policies.accept(CAROL, ORDER, json("1"))).isCompletedWithValue(Optional.empty());
        assertThat(hanging.asked).hasSize(PolicyRunner.THREADS);

        hanging.goOn();
        until(() -> {
            policies.forget(ORDER);
            return policies.decide(CAROL, Action.SEND, ORDER).join() == Decision.ALLOWED;
        });
    }

    @Test
    void whoAsksTheSameMeanwhileIsAnsweredByTheSameAnswer() throws Exception {
        ScriptedPolicy policy = new ScriptedPolicy("*").hang();
        Policies policies = policies(null, policy);

        List<CompletableFuture<Decision>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            answers.add(policies.decide(Caller.ANONYMOUS, Action.JOIN, ORDER));
        }
        policy.goOn();

        for (CompletableFuture<Decision> answer : answers) {
            assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(Decision.ALLOWED);
        }
        assertThat(policy.asked).hasSize(1);
    }

    @Test
    void answersAreKeptInABoundedNumberAndForgottenWhenTheyAreOld() throws Exception {
        Policies policies = policies(null, new ScriptedPolicy("*"));
        for (int i = 0; i < 12_000; i++) {
            decision(policies, Action.JOIN, new RoomId("r" + i));
        }
        assertThat(policies.keptAnswers()).isBetween(5_000, 10_000);

        clock.advance(KEPT);
        policies.look();

        assertThat(policies.keptAnswers()).isZero();
    }

    @Test
    void patternsThatAreNoneStopTheStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policies(null, new ScriptedPolicy("{a}{b}")))
                .withMessageContaining(ScriptedPolicy.class.getName());
    }

    private static void until(BooleanSupplier isSo) {
        while (!isSo.getAsBoolean()) {
            assertThat(Thread.interrupted()).as("it took too long").isFalse();
            Thread.onSpinWait();
        }
    }

    private static Json json(String text) {
        return Json.parse(text).orElseThrow();
    }
}
