package dev.parley.connection;

import dev.parley.protocol.CloseCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The lower end of a connection: what a session can be told. The outbox makes one call at a time; {@link #close} alone may
 * come while another call is under way, and only once.
 */
interface Wire {
    /** How a {@link #send} went. Called exactly once, from any thread, perhaps before {@code send} returns. */
    @FunctionalInterface
    interface Completion {
        void completed(@Nullable Throwable failure);
    }

    /** Starts sending. Never blocks; may throw anything, which counts as a failure. */
    void send(Outgoing message, Completion completion);

    /** Sends a ping frame. May block, for as long as the container pleases. */
    void ping() throws IOException;

    /** Closes the session. May block for seconds (Tomcat, Open Liberty). */
    void close(CloseCode code) throws IOException;
}
