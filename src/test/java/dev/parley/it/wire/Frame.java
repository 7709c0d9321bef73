package dev.parley.it.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One frame of RFC 6455, section 5.2, as a client sends it: final, masked and with the shortest length form, until one
 * of the methods makes it otherwise, lawfully or not. Immutable.
 */
public final class Frame {
    public static final int CONTINUATION = 0x0;
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    /** How the payload length is written: in the second byte, or after it in two or eight bytes. */
    public enum LengthForm {
        SHORT,
        TWO_BYTES,
        EIGHT_BYTES
    }

    private final int firstByte;
    private final boolean isMasked;
    private final LengthForm lengthForm;
    private final long announcedBytes;
    private final byte[] payload;

    private Frame(int firstByte, boolean isMasked, LengthForm lengthForm, long announcedBytes, byte[] payload) {
        this.firstByte = firstByte;
        this.isMasked = isMasked;
        this.lengthForm = lengthForm;
        this.announcedBytes = announcedBytes;
        this.payload = payload;
    }

    public static Frame of(int opcode, byte[] payload) {
        int length = payload.length;
        LengthForm form =
                length < 126 ? LengthForm.SHORT : length < 65536 ? LengthForm.TWO_BYTES : LengthForm.EIGHT_BYTES;
        return new Frame(0x80 | opcode, true, form, length, payload.clone());
    }

    public static Frame text(String text) {
        return of(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Frame text(byte... utf8) {
        return of(TEXT, utf8);
    }

    public static Frame binary(byte... bytes) {
        return of(BINARY, bytes);
    }

    public static Frame continuation(byte... bytes) {
        return of(CONTINUATION, bytes);
    }

    public static Frame ping(byte... bytes) {
        return of(PING, bytes);
    }

    public static Frame pong(byte... bytes) {
        return of(PONG, bytes);
    }

    /** A close frame without a code. */
    public static Frame close() {
        return of(CLOSE, new byte[0]);
    }

    public static Frame close(int code) {
        return close(code, "");
    }

    public static Frame close(int code, String reason) {
        return close(code, reason.getBytes(StandardCharsets.UTF_8));
    }

    public static Frame close(int code, byte[] reason) {
        return of(
                CLOSE,
                ByteBuffer.allocate(2 + reason.length)
                        .putShort((short) code)
                        .put(reason)
                        .array());
    }

    /** The payload as a text message in frames of at most so many bytes; code points may fall apart. */
    public static List<Frame> fragments(byte[] payload, int frameBytes) {
        List<Frame> frames = new ArrayList<>();
        for (int from = 0; from < payload.length; from += frameBytes) {
            byte[] part = new byte[Math.min(frameBytes, payload.length - from)];
            System.arraycopy(payload, from, part, 0, part.length);
            Frame frame = of(from == 0 ? TEXT : CONTINUATION, part);
            frames.add(from + part.length == payload.length ? frame : frame.notFinal());
        }
        return frames;
    }

    public Frame notFinal() {
        return new Frame(firstByte & 0x7f, isMasked, lengthForm, announcedBytes, payload);
    }

    /** With the reserved bits RSV1 (4), RSV2 (2) and RSV3 (1). */
    public Frame reserved(int bits) {
        return new Frame(firstByte | (bits << 4), isMasked, lengthForm, announcedBytes, payload);
    }

    public Frame unmasked() {
        return new Frame(firstByte, false, lengthForm, announcedBytes, payload);
    }

    /** With a header that announces another length than the payload has. */
    public Frame announcing(LengthForm form, long bytes) {
        return new Frame(firstByte, isMasked, form, bytes, payload);
    }

    public byte[] bytes() {
        ByteBuffer out = ByteBuffer.allocate(14 + payload.length).put((byte) firstByte);
        int maskBit = isMasked ? 0x80 : 0;
        switch (lengthForm) {
            case SHORT -> out.put((byte) (maskBit | announcedBytes));
            case TWO_BYTES -> out.put((byte) (maskBit | 126)).putShort((short) announcedBytes);
            case EIGHT_BYTES -> out.put((byte) (maskBit | 127)).putLong(announcedBytes);
        }
        if (isMasked) {
            byte[] mask = ByteBuffer.allocate(4)
                    .putInt(ThreadLocalRandom.current().nextInt() | 1)
                    .array();
            out.put(mask);
            for (int i = 0; i < payload.length; i++) {
                out.put((byte) (payload[i] ^ mask[i & 3]));
            }
        } else {
            out.put(payload);
        }
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    /** The frames one after the other, so that one write sends them all. */
    public static byte[] bytes(Iterable<Frame> frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frames.forEach(frame -> out.writeBytes(frame.bytes()));
        return out.toByteArray();
    }

    @Override
    public String toString() {
        return "frame 0x%02x of %d bytes".formatted(firstByte, announcedBytes);
    }
}
