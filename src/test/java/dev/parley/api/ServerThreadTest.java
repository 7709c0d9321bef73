package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class ServerThreadTest {
    private final AtomicInteger asked = new AtomicInteger();

    /** As GlassFish has it. */
    public interface WithFlag extends AsyncContext {
        boolean isDelayAsyncDispatchAndComplete();
    }

    @Test
    void itIsWaitedForUntilItHasLeft() {
        ServerThread.awaitItsLeaving(context(WithFlag.class, 5));

        assertThat(asked).hasValue(5);
    }

    @Test
    void aFlagThatStaysIsNotWaitedForForEver() {
        ServerThread.awaitItsLeaving(context(WithFlag.class, Integer.MAX_VALUE));

        assertThat(asked).hasPositiveValue();
    }

    @Test
    void whereThereIsNoFlagNothingIsWaitedFor() {
        ServerThread.awaitItsLeaving(context(AsyncContext.class, 1));

        assertThat(asked).hasValue(0);
    }

    /** Inside when it is asked for the first time, and so on; outside at the last. */
    private <T extends AsyncContext> AsyncContext context(Class<T> type, int last) {
        return (AsyncContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> asked.incrementAndGet() < last);
    }
}
