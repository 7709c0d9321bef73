package dev.parley.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Frames as a client sends them: whole and masked. */
final class Frames {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** Any key will do that is not zero: what is measured is the unmasking. */
    private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

    private static final int SHORT_LIMIT = 126;
    private static final int LONG_LIMIT = 1 << 16;

    private Frames() {}

    static ByteBuffer text(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        return masked(TEXT, payload, 0, payload.length);
    }

    static ByteBuffer masked(int opcode, byte[] payload, int from, int length) {
        ByteBuffer frame = ByteBuffer.allocate(14 + length);
        frame.put((byte) (0x80 | opcode));
        if (length < SHORT_LIMIT) {
            frame.put((byte) (0x80 | length));
        } else if (length < LONG_LIMIT) {
            frame.put((byte) (0x80 | 126)).putShort((short) length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(length);
        }
        frame.put(MASK);
        for (int i = 0; i < length; i++) {
            frame.put((byte) (payload[from + i] ^ MASK[i & 3]));
        }
        return frame.flip();
    }
}
