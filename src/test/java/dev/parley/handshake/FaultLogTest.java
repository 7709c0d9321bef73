package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class FaultLogTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // overflows on the way

    @Test
    void aThousandFaultsAreOneLineAndACount() {
        try (RecordedLog log = RecordedLog.of("dev.parley.test.faults")) {
            FaultLog faults = new FaultLog(System.getLogger("dev.parley.test.faults"), clock::get);
            for (int i = 0; i < 1_000; i++) {
                faults.tell("it failed", new IllegalStateException("away"));
                clock.addAndGet(Duration.ofMillis(1).toNanos());
            }
            assertThat(log.lines()).singleElement().asString().contains("SEVERE", "it failed", "away", "FaultLogTest");

            clock.addAndGet(Duration.ofSeconds(9).toNanos());
            faults.tell("it failed", new IllegalStateException("away"));
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(1)).contains("and 999 times before, untold");

            clock.addAndGet(Duration.ofSeconds(10).toNanos());
            faults.tell("it failed", new IllegalStateException("away"));
            assertThat(log.lines().get(2)).doesNotContain("untold");
        }
    }
}
