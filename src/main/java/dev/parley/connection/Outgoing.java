package dev.parley.connection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way out, a text or binary: made once, shared by everybody it goes to. Immutable.
 */
public final class Outgoing implements Item {
    private static final int FIN_TEXT = 0x81;
    private static final int FIN_BINARY = 0x82;
    private static final int LENGTH_OF_16_BITS = 126;
    private static final int LENGTH_OF_64_BITS = 127;

    private final String text; // empty if it is binary
    private final byte @Nullable [] binary;
    private final int bytes;
    private final @Nullable Lane lane;
    private volatile byte @Nullable [] frame; // made when first wanted; made twice at worst

    /** One that is never given up. */
    public Outgoing(String text) {
        this(text, null);
    }

    /** One that may be given up for a later one of its lane. */
    public Outgoing(String text, @Nullable Lane lane) {
        this.text = text;
        this.binary = null;
        this.bytes = Utf8.length(text);
        this.lane = lane;
    }

    /** A binary one, over bytes that nobody changes any more. */
    public Outgoing(byte[] binary) {
        this.text = "";
        this.binary = binary;
        this.bytes = binary.length;
        this.lane = null;
    }

    String text() {
        return text;
    }

    /**
     * What is in it, in a buffer that is the caller's own over bytes that are everybody's; null if it is a text. Not read-only,
     * although nobody writes to it: Open Liberty copies the buffer's array, and ends the connection of one that shows none.
     */
    @Nullable
    ByteBuffer binary() {
        return binary == null ? null : ByteBuffer.wrap(binary);
    }

    /** What it may be given up for; null if for nothing. */
    @Nullable
    Lane lane() {
        return lane;
    }

    /** Its size on the wire without framing, in bytes of UTF-8. */
    int bytes() {
        return bytes;
    }

    /**
     * Itself as one unmasked frame, in a buffer that is the caller's own over bytes that are everybody's.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2">RFC 6455, section 5.2</a>
     */
    ByteBuffer frame() {
        byte[] encoded = frame;
        if (encoded == null) {
            encoded = encode();
            frame = encoded;
        }
        return ByteBuffer.wrap(encoded);
    }

    private byte[] encode() {
        byte[] payload = binary == null ? text.getBytes(StandardCharsets.UTF_8) : binary;
        ByteBuffer buffer = ByteBuffer.allocate(payload.length + headerLength(payload.length));
        buffer.put((byte) (binary == null ? FIN_TEXT : FIN_BINARY));
        if (payload.length < LENGTH_OF_16_BITS) {
            buffer.put((byte) payload.length);
        } else if (payload.length <= 0xFFFF) {
            buffer.put((byte) LENGTH_OF_16_BITS).putShort((short) payload.length);
        } else {
            buffer.put((byte) LENGTH_OF_64_BITS).putLong(payload.length);
        }
        return buffer.put(payload).array();
    }

    private static int headerLength(int payloadLength) {
        if (payloadLength < LENGTH_OF_16_BITS) {
            return 2;
        }
        return payloadLength <= 0xFFFF ? 4 : 10;
    }
}
