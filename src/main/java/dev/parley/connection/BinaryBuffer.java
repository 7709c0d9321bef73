package dev.parley.connection;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts of one binary message, within a limit, as {@link MessageBuffer} does with texts. Used by the container's
 * callbacks of one session, which come one at a time.
 */
public final class BinaryBuffer {
    private static final byte[] NOTHING = {};

    private final int maxBytes;
    private final int maxParts;
    private byte[] gathered = NOTHING;
    private int count;

    /** A buffer for messages of at most so many bytes in at most so many parts. */
    public BinaryBuffer(int maxBytes, int maxParts) {
        this.maxBytes = maxBytes;
        this.maxParts = maxParts;
    }

    /** Whether this part is one too many, or too big. */
    public boolean isTooMuch(ByteBuffer part) {
        return part.remaining() > maxBytes - gathered.length || count >= maxParts;
    }

    /** Takes the next part, which must not be too much; the message, if it is whole. */
    public byte @Nullable [] add(ByteBuffer part, boolean last) {
        int length = gathered.length;
        byte[] message = Arrays.copyOf(gathered, length + part.remaining());
        part.get(message, length, message.length - length);
        gathered = last ? NOTHING : message;
        count = last ? 0 : count + 1;
        return last ? message : null;
    }
}
