package dev.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ends threads does not end these. */
@Timeout(60)
final class ThreadDeathTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Threads threads = new Threads();

    @AfterEach
    void stop() {
        threads.close();
    }

    static Stream<Throwable> whatEndsThreads() {
        return Stream.of(
                new OutOfMemoryError("Java heap space"),
                new NoClassDefFoundError("dev/parley/room/GuideWindow"),
                new ExceptionInInitializerError("a driver"),
                new StackOverflowError(),
                new InternalError("a fault in an unsafe memory access"),
                new AssertionError("of a driver"),
                new IllegalStateException("of a listener"),
                new InterruptedException("of somebody else's"),
                new Exception("of an engine"));
    }

    @ParameterizedTest
    @MethodSource("whatEndsThreads")
    void aLoopGoesOnAfterWhateverOneTurnThrows(Throwable death) throws Exception {
        AtomicInteger turns = new AtomicInteger();
        CountDownLatch goesOn = new CountDownLatch(1);
        threads.start("reader", Threads.Part.ENGINE, LONG, progress -> {
            if (turns.getAndIncrement() < 2) {
                fail(death);
            }
            progress.run();
            goesOn.countDown();
            idle();
        });

        assertThat(goesOn.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.stuck(Threads.Part.ENGINE)).isEmpty();
    }

    @Test
    void aLoopThatThrowsForEverIsStuck() throws Exception {
        CountDownLatch thrown = new CountDownLatch(2);
        threads.start("reader", Threads.Part.ENGINE, Duration.ofNanos(1), progress -> {
            thrown.countDown();
            throw new OutOfMemoryError("Java heap space");
        });

        assertThat(thrown.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.stuck(Threads.Part.ENGINE)).containsExactly("reader");
        assertThat(threads.stuck(Threads.Part.NODE)).isEmpty();
    }

    @Test
    void aLoopThatHangsIsStuck() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        threads.start("sweep", Threads.Part.NODE, Duration.ofNanos(1), progress -> {
            progress.run();
            hangs.countDown();
            idle();
        });

        assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.stuck(Threads.Part.NODE)).containsExactly("sweep");
    }

    @Test
    void aPoolThatDoesNotComeToItsBeatIsStuck() {
        Threads.Beat beat = threads.beat("fanout", Threads.Part.NODE, Duration.ofNanos(1));
        assertThat(threads.stuck(Threads.Part.NODE)).containsExactly("fanout");

        beat.close();

        assertThat(threads.stuck(Threads.Part.NODE)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("whatEndsThreads")
    void aGuardedTaskThrowsNothing(Throwable death) {
        assertThatCode(Threads.guarded("a sweep", () -> fail(death))::run).doesNotThrowAnyException();
    }

    @Test
    void whatIsStoppedHasNoThreadsLeft() throws Exception {
        LinkedBlockingQueue<Thread> started = new LinkedBlockingQueue<>();
        for (String name : List.of("reader", "sweep")) {
            threads.start(name, Threads.Part.NODE, LONG, progress -> {
                started.add(Thread.currentThread());
                idle();
            });
        }
        List<Thread> both = List.of(started.take(), started.take());

        threads.close();

        for (Thread thread : both) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
            assertThat(thread.isAlive()).isFalse();
        }
    }

    private static void idle() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Throws it, checked or not. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void fail(Throwable death) throws T {
        throw (T) death;
    }
}
