package dev.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ThreadsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @ParameterizedTest
    @ValueSource(
            classes = {
                OutOfMemoryError.class,
                NoClassDefFoundError.class,
                IllegalStateException.class,
                ThreadDeath.class
            })
    void aLoopSurvivesWhateverATurnThrows(Class<? extends Throwable> fault) throws Exception {
        CountDownLatch again = new CountDownLatch(2);
        try (Threads threads = new Threads()) {
            Throwable thrown = fault.getDeclaredConstructor().newInstance();
            threads.start("test", Threads.Part.NODE, LONG, progress -> {
                again.countDown();
                if (again.getCount() == 1) {
                    ThreadsTest.<RuntimeException>sneak(thrown);
                }
                progress.run();
                idle();
            });

            assertThat(again.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void anInterruptThatEndsNothingIsSurvived() throws Exception {
        CountDownLatch again = new CountDownLatch(2);
        try (Threads threads = new Threads()) {
            AtomicReference<Thread> thread = new AtomicReference<>(new Thread());
            threads.start("test", Threads.Part.NODE, LONG, progress -> {
                thread.set(Thread.currentThread());
                again.countDown();
                idle();
            });
            while (again.getCount() > 0) {
                thread.get().interrupt();
                again.await(10, TimeUnit.MILLISECONDS);
            }
            assertThat(again.getCount()).isZero();
        }
    }

    @Test
    void aLoopWithoutProgressIsStuckUntilItMakesSome() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch progressed = new CountDownLatch(1);
        try (Threads threads = new Threads()) {
            threads.start("slow", Threads.Part.ENGINE, Duration.ofMillis(-1), progress -> idle());
            threads.start("quick", Threads.Part.ENGINE, LONG, progress -> {
                goOn.await();
                progress.run();
                progressed.countDown();
                idle();
            });

            assertThat(threads.stuck(Threads.Part.ENGINE)).containsExactly("slow");
            assertThat(threads.stuck(Threads.Part.NODE)).isEmpty();
            goOn.countDown();
            assertThat(progressed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aBeatThatIsNotHeardIsStuckUntilItIsClosed() {
        try (Threads threads = new Threads()) {
            try (Threads.Beat silent = threads.beat("silent", Threads.Part.NODE, Duration.ofNanos(-1));
                    Threads.Beat heard = threads.beat("heard", Threads.Part.NODE, LONG)) {
                heard.run();
                assertThat(silent.name()).isEqualTo("silent");
                assertThat(threads.stuck(Threads.Part.NODE)).containsExactly("silent");
            }
            assertThat(threads.stuck(Threads.Part.NODE)).isEmpty();
        }
    }

    @Test
    void closingEndsTheThreads() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        Threads threads = new Threads();
        threads.start("test", Threads.Part.NODE, LONG, progress -> {
            thread.set(Thread.currentThread());
            running.countDown();
            idle();
        });
        running.await();

        threads.close();
        threads.close();

        thread.get().join(10_000);
        assertThat(thread.get().isAlive()).isFalse();
        assertThat(thread.get().getName()).isEqualTo("parley-test");
        threads.revive();
        assertThat(threads.stuck(Threads.Part.NODE)).isEmpty();
    }

    @Test
    void aLoopThatIsStartedAfterTheEndDoesNotRun() {
        AtomicInteger turns = new AtomicInteger();
        Threads threads = new Threads();
        threads.close();

        Threads.Loop late = threads.start("late", Threads.Part.NODE, LONG, progress -> turns.incrementAndGet());
        late.close();

        assertThat(turns).hasValue(0);
    }

    @Test
    void aGuardedTaskThrowsNothing() {
        assertThatCode(Threads.guarded("a task", () -> {
                    throw new StackOverflowError("for the test");
                })::run)
                .doesNotThrowAnyException();
    }

    private static void idle() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
