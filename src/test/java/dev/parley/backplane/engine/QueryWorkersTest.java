package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class QueryWorkersTest {
    private static final QueryWorkers.Lane BUSY = QueryWorkers.Lane.of(new RoomId("busy"));
    private static final QueryWorkers.Lane QUIET = QueryWorkers.Lane.of(new RoomId("quiet"));

    private final Threads threads = new Threads();
    private final Budget budget = new Budget(1_000_000);
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch isOver = new CountDownLatch(1);
    private final QueryWorkers workers = new QueryWorkers(
            () -> {
                connections.incrementAndGet();
                return new FakeLink();
            },
            budget);

    @BeforeEach
    void start() {
        workers.loops().forEach(loop -> loop.start(threads));
    }

    @AfterEach
    void stop() {
        isOver.countDown();
        workers.close();
        threads.close();
    }

    @Test
    void aRefusalIsPassedOnAndNeitherRepeatedNorALostConnection() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> answer(workers.ask(BUSY, "refused", 0, link -> {
                    asked.incrementAndGet();
                    throw new BackplaneException("refused by a test");
                })))
                .hasCauseInstanceOf(BackplaneException.class)
                .hasMessageContaining("refused by a test");
        answer(workers.ask(BUSY, "next", 0, link -> 1));

        assertThat(asked).hasValue(1);
        assertThat(connections).hasValueLessThanOrEqualTo(QueryWorkers.WORKERS);
    }

    @Test
    void whatALostConnectionWasAskedIsAskedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();

        int answer = answer(workers.ask(BUSY, "away", 0, link -> {
            if (asked.incrementAndGet() == 1) {
                throw new LinkException("lost by a test");
            }
            return 7;
        }));

        assertThat(answer).isEqualTo(7);
        assertThat(asked).hasValue(2);
    }

    @Test
    void anErrorFailsItsQuestionAndTheWorkersGoOn() throws Exception {
        for (int i = 0; i < 2 * QueryWorkers.WORKERS; i++) {
            String what = "error " + i;
            assertThatThrownBy(() -> answer(workers.ask(BUSY, what, 100, link -> {
                        throw new OutOfMemoryError("thrown by a test");
                    })))
                    .hasCauseInstanceOf(BackplaneException.class);
        }

        assertThat((int) answer(workers.ask(BUSY, "fine", 0, link -> 7))).isEqualTo(7);
        assertThat(budget.used()).isZero();
    }

    @Test
    void oneRoomsQuestionsDoNotKeepAnothersFromBeingAnswered() throws Exception {
        Semaphore begun = new Semaphore(0);
        for (int i = 0; i < 100; i++) {
            workers.ask(BUSY, "long " + i, 0, link -> {
                begun.release();
                await(isOver);
                return i();
            });
        }
        assertThat(begun.tryAcquire(QueryWorkers.WORKERS - 1, 10, TimeUnit.SECONDS))
                .isTrue();

        assertThat((int) answer(workers.ask(QUIET, "short", 0, link -> 7))).isEqualTo(7);
    }

    @Test
    void aLaneThatRestsHoldsUpNobodyElseAndGoesOnAfterwards() throws Exception {
        long start = System.nanoTime();
        workers.rest(BUSY, TimeUnit.MILLISECONDS.toNanos(300));
        CompletionStage<Long> resting = workers.ask(BUSY, "later", 0, link -> System.nanoTime());

        assertThat((int) answer(workers.ask(QUIET, "at once", 0, link -> 7))).isEqualTo(7);
        assertThat(answer(resting) - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    }

    private static int i() {
        return 0;
    }

    @Test
    void whatIsNotAnsweredInTimeFailsAndItsConnectionIsCut() throws Exception {
        CompletionStage<Integer> stuck = workers.ask(BUSY, "stuck", 0, link -> {
            ((FakeLink) link).untilCut();
            throw new LinkException("cut");
        });
        CountDownLatch failed = new CountDownLatch(1);
        CompletionStage<Integer> unused = stuck.whenComplete((answer, failure) -> failed.countDown());
        long began = System.nanoTime();
        while (failed.getCount() > 0) {
            workers.watch();
            boolean isFailed = failed.await(50, TimeUnit.MILLISECONDS);
            assertThat(isFailed || System.nanoTime() - began < TimeUnit.SECONDS.toNanos(8))
                    .isTrue();
        }
        assertThatThrownBy(() -> answer(stuck)).hasMessageContaining("does not answer");
        while (connections.get() <= QueryWorkers.WORKERS) {
            workers.watch();
            boolean unusedWait = isOver.await(50, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    void wordsKeepTheirOrderThoughConnectionsAreLost() throws Exception {
        ConcurrentLinkedQueue<Integer> said = new ConcurrentLinkedQueue<>();
        List<CompletionStage<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int word = i;
            AtomicInteger tries = new AtomicInteger();
            answers.add(workers.ask(QueryWorkers.Lane.WORDS, "word " + i, 0, link -> {
                if (word % 50 == 10 && tries.incrementAndGet() == 1) {
                    throw new LinkException("lost by a test");
                }
                said.add(word);
                return true;
            }));
        }
        for (CompletionStage<Boolean> each : answers) {
            answer(each);
        }

        assertThat(said)
                .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
    }

    @Test
    void whoAsksTheSameBeforeItIsAskedSharesTheAnswer() throws Exception {
        Semaphore begun = new Semaphore(0);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        for (int i = 0; i < QueryWorkers.WORKERS - 1; i++) {
            workers.ask(BUSY, "long " + i, 0, link -> {
                begun.release();
                await(mayGoOn);
                return 0;
            });
        }
        begun.acquire(QueryWorkers.WORKERS - 1);
        AtomicInteger asked = new AtomicInteger();
        List<CompletionStage<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            answers.add(workers.ask(BUSY, List.of("members", "busy"), 0, link -> asked.incrementAndGet()));
        }
        mayGoOn.countDown();
        for (CompletionStage<Integer> each : answers) {
            assertThat((int) answer(each)).isEqualTo(1);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T answer(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Can be cut, and nothing else. */
    static class FakeLink implements Link {
        private final CountDownLatch isCut = new CountDownLatch(1);

        final void untilCut() {
            await(isCut);
        }

        @Override
        public Log log() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Members members() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Shelf shelf() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void say(String word) {}

        @Override
        public void signal(List<Map.Entry<RoomId, Signal>> signals) {}

        @Override
        public void ping() {}

        @Override
        public void cut() {
            isCut.countDown();
        }

        @Override
        public void close() {}
    }
}
