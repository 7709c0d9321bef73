package dev.parley.connection.frames;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames to one session, below what the specification has for that. One call at a time, and not while the session's own
 * methods are at work for the same caller.
 */
@FunctionalInterface
public interface FrameWriter {
    /**
     * Starts writing whole, unmasked frames, in this order, with nothing of the server's in between. Never blocks. {@code outcome}
     * is told once, null or a failure, from any thread and perhaps before this returns; never, if the session ends meanwhile.
     *
     * @return false, with nothing taken and nobody told, while the server itself is writing to the session, or has closed it;
     *     the session's own methods must then be used
     */
    boolean write(ByteBuffer[] frames, Consumer<@Nullable Throwable> outcome);

    /** Called before the session is closed, and what it returns after that: for a server that leaves the socket open by itself. */
    default Runnable closing() {
        return () -> {};
    }
}
