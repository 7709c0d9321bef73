package dev.parley.it.wire;

import java.io.IOException;
import java.nio.channels.Selector;

/** Many connections on one thread: how they end. */
public final class Selectors {
    private Selectors() {}

    /**
     * Waits for the end of a selector's thread, which has been told to end, and closes what it served.
     *
     * @param abort closes the connections
     */
    public static void close(Selector selector, Thread thread, Runnable abort) {
        selector.wakeup();
        try (selector) {
            thread.join(RawSocket.PATIENCE.toMillis());
            abort.run();
            selector.selectNow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while it ended: " + thread.getName(), e);
        } catch (IOException e) {
            throw new AssertionError("cannot close the selector of " + thread.getName(), e);
        }
    }
}
