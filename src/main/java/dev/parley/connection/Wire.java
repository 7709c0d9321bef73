package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lower end of a connection: what a session can be told. The outbox makes one call at a time and waits for its completion;
 * {@link #close} alone may come while another call is under way, and only once.
 */
interface Wire {
    /** How a call went. Called exactly once, from any thread, perhaps before the call returns. */
    @FunctionalInterface
    interface Completion {
        void completed(@Nullable Throwable failure);
    }

    /**
     * How many messages {@link #send} takes at once, at least 1: as many as leave in one system call. A notice of what was given up
     * may come on top of them.
     */
    int batch();

    /** Whether its peer is told what is signalled. */
    default boolean takesSignals() {
        return true;
    }

    /** Starts sending, in this order. Never blocks; may throw anything, which counts as a failure. */
    void send(List<Outgoing> messages, Completion completion);

    /**
     * Sends a ping frame. Called on a pool, because Tomcat and Jetty block until the frame is out, for ever if the peer does not
     * read; may throw anything, which counts as a failure.
     */
    void ping(Completion completion);

    /** Closes the session. May block for seconds (Tomcat, Open Liberty). */
    void close(CloseStatus code) throws IOException;
}
