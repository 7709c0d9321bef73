package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.node.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WorkersTest {
    private static final long LAST_BREATH_MILLIS = 5_000; // a pool has ended a moment before its threads have

    private final Set<Thread> ofOthers = parleysThreads();
    private final Workers workers = new Workers();
    private final Map<String, Executor> pools = Map.of(
            "timer", workers.timer(),
            "fanout", workers.fanOut(),
            "close", workers.closes(),
            "ping", workers.pings());

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void noThreadIsLeftAfterClose() throws Exception {
        for (Executor pool : List.of(workers.fanOut(), workers.closes(), workers.pings())) {
            Clog.settle(pool); // has all its threads now
        }
        workers.timer().submit(() -> {}).get(20, TimeUnit.SECONDS);

        workers.close();

        assertThat(threadsThatLive()).isEmpty();
    }

    @Test
    void aThreadThatBlocksIsInterruptedAndGone() throws Exception {
        LinkedBlockingQueue<Thread> blocked = new LinkedBlockingQueue<>();
        for (Executor pool : List.of(workers.closes(), workers.pings())) {
            pool.execute(() -> {
                blocked.add(Thread.currentThread());
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException expected) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        Thread one = blocked.poll(20, TimeUnit.SECONDS);
        Thread other = blocked.poll(20, TimeUnit.SECONDS);

        workers.close();

        for (Thread thread : List.of(one, other)) {
            thread.join(LAST_BREATH_MILLIS);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void threadsAreDaemonsNamedAfterWhatTheyDoAndSeeTheApplicationsClasses() throws Exception {
        for (Map.Entry<String, Executor> pool : pools.entrySet()) {
            LinkedBlockingQueue<Thread> seen = new LinkedBlockingQueue<>();
            pool.getValue().execute(() -> seen.add(Thread.currentThread()));
            Thread thread = seen.poll(20, TimeUnit.SECONDS);

            assertThat(thread.getName()).startsWith("parley-" + pool.getKey() + "-");
            assertThat(thread.isDaemon()).isTrue();
            assertThat(thread.getContextClassLoader()).isSameAs(Workers.class.getClassLoader());
        }
    }

    @Test
    void whatIsDueLaterDoesNotHappenAfterClose() throws Exception {
        CountDownLatch happened = new CountDownLatch(1);
        var unused = workers.timer().schedule(happened::countDown, 50, TimeUnit.MILLISECONDS);

        workers.close();

        assertThat(happened.await(100, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void closedPoolsTakeNothing() {
        workers.close();
        workers.close();

        pools.values()
                .forEach(pool -> assertThatThrownBy(() -> pool.execute(() -> {}))
                        .isInstanceOf(RejectedExecutionException.class));
    }

    private static Set<Thread> parleysThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("parley-"))
                .collect(Collectors.toSet());
    }

    /** Those of other tests, which run in the same process, apart. */
    private List<Thread> threadsThatLive() throws InterruptedException {
        Set<Thread> threads = parleysThreads();
        threads.removeAll(ofOthers);
        for (Thread thread : threads) {
            thread.join(LAST_BREATH_MILLIS);
        }
        return threads.stream().filter(Thread::isAlive).toList();
    }

    @Test
    void whatTheTimerRepeatsSurvivesAnErrorAndThePoolsAreWatched() throws Exception {
        try (Threads threads = new Threads();
                Workers watched = new Workers(threads)) {
            CountDownLatch again = new CountDownLatch(3);
            watched.every(Duration.ofMillis(1), () -> {
                again.countDown();
                throw new NoClassDefFoundError("for the test");
            });

            assertThat(again.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(threads.stuck(Threads.Part.NODE)).isEmpty();
        }
    }
}
