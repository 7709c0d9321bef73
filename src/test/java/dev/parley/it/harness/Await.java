package dev.parley.it.harness;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for what a server does behind our back, such as looking at a directory. */
final class Await {
    private Await() {}

    static void until(Duration atMost, String claim, Callable<Boolean> isSo) {
        try {
            await(claim)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(atMost)
                    .until(isSo);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }
}
