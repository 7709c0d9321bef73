package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BlockingLimitTest {
    private final CountDownLatch answer = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        answer.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void block(BlockingLimit limit, String asker) throws Exception {
        CountDownLatch asking = new CountDownLatch(1);
        Thread thread = new Thread(() -> limit.call(asker, () -> {
            asking.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return "";
        }));
        thread.start();
        threads.add(thread);
        asking.await();
    }

    private static int statusOf(BlockingLimit limit, String asker) {
        try {
            limit.call(asker, () -> "");
            return 200;
        } catch (HandshakeRefused refused) {
            return refused.status();
        }
    }

    @Test
    void oneAskerCannotUseUpWhatIsEverybodys() throws Exception {
        BlockingLimit limit = new BlockingLimit(8, 2, Duration.ZERO);
        block(limit, "192.0.2.1");
        block(limit, "192.0.2.1");
        block(limit, "2001:db8::1");
        block(limit, "2001:db8::ffff:1");

        assertThat(statusOf(limit, "192.0.2.1")).isEqualTo(429);
        assertThat(statusOf(limit, "::ffff:192.0.2.1")).isEqualTo(429);
        assertThat(statusOf(limit, "2001:db8::2")).isEqualTo(429);
        assertThat(statusOf(limit, "2001:db8:0:1::2")).isEqualTo(200);
        assertThat(statusOf(limit, "192.0.2.2")).isEqualTo(200);
    }

    @Test
    void allTogetherHoldSoManyThreadsAndNoMore() throws Exception {
        BlockingLimit limit = new BlockingLimit(3, 2, Duration.ZERO);
        for (int i = 0; i < 3; i++) {
            block(limit, "127.0.0.1"); // this machine has no share
        }
        assertThat(statusOf(limit, "192.0.2.2")).isEqualTo(503);

        end();
        assertThat(statusOf(limit, "192.0.2.2")).isEqualTo(200);
        assertThat(limit.isIdle()).isTrue();
    }

    @Test
    void whoComesJustTooEarlyWaitsAMoment() throws Exception {
        BlockingLimit limit = new BlockingLimit(1, 1, Duration.ofSeconds(30));
        block(limit, "192.0.2.1");
        AtomicInteger status = new AtomicInteger();
        Thread second = new Thread(() -> status.set(statusOf(limit, "192.0.2.2")));
        second.start();
        while (second.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(statusOf(limit, "192.0.2.3")).isEqualTo(503); // those who wait hold threads as well
        answer.countDown();
        second.join();

        assertThat(status).hasValue(200);
    }

    @Test
    void questionThatFailsGivesItsPlaceBack() {
        BlockingLimit limit = new BlockingLimit(1, 1, Duration.ZERO);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> limit.call("192.0.2.1", () -> {
                        throw new NoClassDefFoundError("ours");
                    }))
                    .isInstanceOf(NoClassDefFoundError.class);
        }
        assertThat(limit.isIdle()).isTrue();
    }
}
