package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.wire.Crowd;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A steady stream of messages for {@link Deliveries}, said in turn by the first members of a crowd. Thread-safe.
 */
final class Talk implements AutoCloseable {
    private final Crowd crowd;
    private final int senders;
    private final String padding;
    private final AtomicLong count = new AtomicLong();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> ticks;

    Talk(Crowd crowd, int senders, int messagesPerSecond, String padding) {
        this.crowd = crowd;
        this.senders = senders;
        this.padding = padding;
        this.ticks = clock.scheduleAtFixedRate(
                this::say, 0, TimeUnit.SECONDS.toMicros(1) / messagesPerSecond, TimeUnit.MICROSECONDS);
    }

    private void say() {
        long number = count.get();
        crowd.sendText((int) (number % senders), Deliveries.text(number / senders, padding));
        count.incrementAndGet();
    }

    long count() {
        return count.get();
    }

    /** Returns when so many more have been said. */
    void goOn(long messages) {
        long end = count() + messages;
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofMinutes(1))
                .until(() -> count() >= end);
    }

    /** Says no more, and returns how many messages there were. */
    long end() {
        ticks.cancel(false);
        close();
        return count();
    }

    @Override
    public void close() {
        clock.shutdown();
        try {
            assertThat(clock.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
