package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ClosersTest {
    private static final Duration LOST = Duration.ofSeconds(30);

    private final AtomicLong now = new AtomicLong();
    private final Semaphore begun = new Semaphore(0);
    private final CountDownLatch end = new CountDownLatch(1);
    private final Closers closers = new Closers(2, LOST, Duration.ofSeconds(30), Thread::new, now::get);

    @AfterEach
    void stop() {
        end.countDown();
        closers.shutdownNow();
    }

    @Test
    void noMoreThanItsWidthRunAtATime() throws Exception {
        occupy(2);
        closers.execute(begun::release);
        assertThat(closers.getQueue()).hasSize(1);
        assertThat(closers.getPoolSize()).isEqualTo(2);
    }

    @Test
    void threadThatIsLostIsReplaced() throws Exception {
        occupy(2);
        now.addAndGet(LOST.toNanos() + 1);
        closers.execute(begun::release);
        assertThat(begun.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void threadThatComesBackIsNoLongerCountedAsLost() throws Exception {
        occupy(2);
        now.addAndGet(LOST.toNanos() + 1);
        closers.execute(begun::release);
        assertThat(begun.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        end.countDown();
        CountDownLatch done = new CountDownLatch(1);
        while (closers.getActiveCount() > 0) {
            Thread.onSpinWait();
        }
        closers.execute(done::countDown);
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(closers.getMaximumPoolSize()).isEqualTo(2);
    }

    private void occupy(int threads) throws InterruptedException {
        for (int i = 0; i < threads; i++) {
            closers.execute(() -> {
                begun.release();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertThat(begun.tryAcquire(threads, 20, TimeUnit.SECONDS)).isTrue();
    }
}
