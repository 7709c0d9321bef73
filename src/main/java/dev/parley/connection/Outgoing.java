package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.protocol.Cue;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Utf8;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way out, a text or binary: made once, shared by everybody it goes to, and held once, as what was asked for
 * last. Thread-safe.
 *
 * <p>Whoever keeps it for a while retains it; the budget counts it from the first who does to the last, however many they are.
 */
public final class Outgoing implements Item {
    private static final int FIN_TEXT = 0x81;
    private static final int FIN_BINARY = 0x82;
    private static final int LENGTH_OF_16_BITS = 126;
    private static final int LENGTH_OF_64_BITS = 127;

    private final boolean isText;
    private final int bytes;
    private final @Nullable Lane lane;
    private volatile @Nullable Cue cue; // once a stream has asked
    private volatile @Nullable Reference<Event> event; // forgotten at the next collection, and so counted nowhere
    private volatile Object content; // a String, the byte[] of a binary one, or the Frame that was made of it

    private final AtomicInteger keepers = new AtomicInteger();

    /** A whole frame. */
    @SuppressWarnings("ArrayRecordComponent") // looked at by identity
    private record Frame(byte[] encoded) {}

    /** As streams have it whose only room is at that place. */
    @SuppressWarnings("ArrayRecordComponent") // looked at by identity
    private record Event(Mark place, byte[] bytes) {}

    /** One that is never given up. */
    public Outgoing(String text) {
        this(text, null);
    }

    /** One that may be given up for a later one of its lane. */
    public Outgoing(String text, @Nullable Lane lane) {
        this.isText = true;
        this.content = text;
        this.bytes = Utf8.length(text);
        this.lane = lane;
    }

    /** A binary one, over bytes that nobody changes any more. */
    public Outgoing(byte[] binary) {
        this.isText = false;
        this.content = binary;
        this.bytes = binary.length;
        this.lane = null;
    }

    /** Its text; empty if it is binary. Decoded again, each time, once it is a frame. */
    String text() {
        Object known = content;
        if (!isText) {
            return "";
        }
        return known instanceof Frame frame
                ? new String(frame.encoded, headerLength(bytes), bytes, StandardCharsets.UTF_8)
                : (String) known;
    }

    /** What a stream must know of it. */
    Cue cue() {
        Cue known = cue;
        if (known == null) {
            known = Cue.of(text());
            cue = known;
        }
        return known;
    }

    /** The event that it is to a stream at that place, which nobody changes; null if nobody has made it, or it is forgotten. */
    byte @Nullable [] event(Mark place) {
        Reference<Event> known = event;
        Event made = known == null ? null : known.get();
        return made != null && made.place.equals(place) ? made.bytes : null;
    }

    /** Keeps an event for others at the same place. */
    void remember(Mark place, byte[] bytes) {
        event = new WeakReference<>(new Event(place, bytes));
    }

    /** Its text in UTF-8, in bytes that are the caller's own. */
    byte[] utf8() {
        return content instanceof Frame frame
                ? Arrays.copyOfRange(frame.encoded, headerLength(bytes), frame.encoded.length)
                : text().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * What is in it, in a buffer that is the caller's own over bytes that are everybody's; null if it is a text. Not read-only,
     * although nobody writes to it: Open Liberty copies the buffer's array, and ends the connection of one that shows none.
     */
    @Nullable
    ByteBuffer binary() {
        Object known = content;
        if (isText) {
            return null;
        }
        return ByteBuffer.wrap(
                known instanceof Frame frame
                        ? Arrays.copyOfRange(frame.encoded, headerLength(bytes), frame.encoded.length)
                        : (byte[]) known);
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
        Object known = content;
        if (known instanceof Frame frame) {
            return ByteBuffer.wrap(frame.encoded);
        }
        Frame made = new Frame(encode(isText ? ((String) known).getBytes(StandardCharsets.UTF_8) : (byte[]) known));
        content = made; // made twice at worst
        return ByteBuffer.wrap(made.encoded);
    }

    /** Says that somebody keeps it. Counted in the budget from the first on. */
    public void retain(Budget budget) {
        if (keepers.getAndIncrement() == 0) {
            budget.hold(Budget.Use.OUTGOING, Budget.costOf(bytes));
        }
    }

    /** Says that one of those who kept it no longer does. */
    public void release(Budget budget) {
        if (keepers.decrementAndGet() == 0) {
            budget.release(Budget.Use.OUTGOING, Budget.costOf(bytes));
        }
    }

    /** A keeper's part in what it costs. */
    long share() {
        return Budget.costOf(bytes) / Math.max(1, keepers.get());
    }

    private byte[] encode(byte[] payload) {
        ByteBuffer buffer = ByteBuffer.allocate(payload.length + headerLength(payload.length));
        buffer.put((byte) (isText ? FIN_TEXT : FIN_BINARY));
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
