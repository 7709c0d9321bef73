package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Threads;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class ConnectionLoopTest {
    private final Threads threads = new Threads();
    private final AtomicInteger connections = new AtomicInteger();
    private final Semaphore worked = new Semaphore(0);

    private ConnectionLoop<Link> start(ConnectionLoop.Work<Link> work) {
        ConnectionLoop<Link> loop = new ConnectionLoop<>(
                "test",
                () -> {
                    connections.incrementAndGet();
                    return new QueryWorkersTest.FakeLink();
                },
                (link, beat) -> {
                    worked.release();
                    work.on(link, beat);
                });
        loop.start(threads);
        return loop;
    }

    @AfterEach
    void stop() {
        threads.close();
    }

    @Test
    void anErrorCostsTheConnectionAndTheLoopGoesOn() throws Exception {
        start((link, beat) -> {
            throw new OutOfMemoryError("thrown by a test");
        });

        assertThat(worked.tryAcquire(3, 10, TimeUnit.SECONDS)).isTrue();
        assertThat(connections).hasValueGreaterThanOrEqualTo(3);
    }

    @Test
    void aCallThatDoesNotComeBackIsCutAndOneThatRestsIsNot() throws Exception {
        ConnectionLoop<Link> loop = start((link, beat) -> {
            ((QueryWorkersTest.FakeLink) link).untilCut();
            throw new LinkException("cut");
        });
        assertThat(worked.tryAcquire(1, 10, TimeUnit.SECONDS)).isTrue();

        loop.cutIfStuck(Duration.ofHours(1));
        assertThat(loop.isUp()).isTrue();
        loop.cutIfStuck(Duration.ZERO);

        assertThat(worked.tryAcquire(1, 10, TimeUnit.SECONDS)).isTrue();
        loop.close();
    }

    @Test
    void aClosedLoopConnectsNoMore() throws Exception {
        CountDownLatch isOver = new CountDownLatch(1);
        ConnectionLoop<Link> loop = start((link, beat) -> {
            ((QueryWorkersTest.FakeLink) link).untilCut();
            isOver.countDown();
            throw new LinkException("cut");
        });
        assertThat(worked.tryAcquire(1, 10, TimeUnit.SECONDS)).isTrue();

        loop.close();
        loop.close();

        assertThat(isOver.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(connections).hasValue(1);
    }
}
