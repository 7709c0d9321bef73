package dev.parley.connection;

import dev.parley.node.Budget;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts of one binary message, within a limit, as {@link MessageBuffer} does with texts. Used by the container's
 * callbacks of one session, which come one at a time; {@link #held} and {@link #end} may come from any thread.
 */
public final class BinaryBuffer {
    private final int maxBytes;
    private final int maxParts;
    private final Chunks parts;
    private int count;
    private boolean ended;

    /** A buffer for messages of at most so many bytes in at most so many parts. */
    public BinaryBuffer(int maxBytes, int maxParts, Budget budget) {
        this.maxBytes = maxBytes;
        this.maxParts = maxParts;
        this.parts = new Chunks(budget);
    }

    /** Whether this part is one too many, or too big. */
    public synchronized boolean isTooMuch(ByteBuffer part) {
        return part.remaining() > maxBytes - parts.length() || count >= maxParts;
    }

    /** Takes the next part, which must not be too much; the message, if it is whole. After the {@link #end} it takes none. */
    public synchronized byte @Nullable [] add(ByteBuffer part, boolean last) {
        if (ended) {
            return null;
        }
        if (last && count == 0) {
            byte[] message = new byte[part.remaining()];
            part.get(message);
            return message;
        }
        parts.put(part);
        count++;
        if (!last) {
            return null;
        }
        byte[] message = parts.joined();
        reset();
        return message;
    }

    /** What the message that is not complete costs. */
    public long held() {
        return parts.held();
    }

    /** Whether a message has begun and is not complete. */
    public synchronized boolean isGathering() {
        return count > 0;
    }

    /** The connection is over, or the message is given up. Idempotent. */
    public synchronized void end() {
        ended = true;
        reset();
    }

    private void reset() {
        parts.clear();
        count = 0;
    }
}
