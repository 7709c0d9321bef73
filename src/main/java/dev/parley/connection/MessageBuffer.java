package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.protocol.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts of one message, a text or binary, within a limit. Memory is held only while a message is incomplete, as bytes,
 * never more than the limit, and drawn on the budget; a text that arrives in one piece is not copied.
 *
 * <p>This is where every server gets the same limit: with whole-message handlers Tomcat reserves the whole limit for each
 * connection, Undertow lets dribbled messages pass it (UNDERTOW-2770), and Tyrus ignores it for single frames.
 *
 * <p>Used by the container's callbacks of one session, which come one at a time, and whose messages are never mingled;
 * {@link #held} and {@link #end} may come from any thread.
 */
public final class MessageBuffer {
    private final int maxBytes;
    private final int maxParts;
    private final Chunks parts;
    private long bytes;
    private int count;
    private String half = ""; // of a pair whose other half is the next part's
    private boolean ended;

    /** A buffer for messages of at most so many bytes, in UTF-8, and in at most so many parts: each costs the server a call. */
    public MessageBuffer(int maxBytes, int maxParts, Budget budget) {
        this.maxBytes = maxBytes;
        this.maxParts = maxParts;
        this.parts = new Chunks(budget);
    }

    /** What has become of a message after one more part of it. */
    public sealed interface Gathered {
        /** All of a text is here. */
        record Text(String text) implements Gathered {}

        /** All of a binary message is here. */
        @SuppressWarnings("ArrayRecordComponent") // handed on, and never compared
        record Binary(byte[] bytes) implements Gathered {}

        /** There is no message. */
        enum None implements Gathered {
            /** More parts are to come. */
            MORE,
            /** It is over the limit. What was gathered is dropped. */
            TOO_BIG
        }
    }

    /** Takes the next part. After the {@link #end} it takes none, and no message becomes whole. */
    public synchronized Gathered add(String part, boolean last) {
        Gathered none = count(Utf8.length(part));
        if (none != null) {
            return none;
        }
        if (last && count == 1) {
            reset();
            return new Gathered.Text(part);
        }
        String text = half + part;
        boolean isCut = !last && !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1));
        int end = text.length() - (isCut ? 1 : 0);
        half = text.substring(end);
        parts.put(ByteBuffer.wrap(
                text.substring(0, end).getBytes(StandardCharsets.UTF_8))); // half a pair alone becomes a question mark
        return last ? new Gathered.Text(new String(whole(), StandardCharsets.UTF_8)) : Gathered.None.MORE;
    }

    /** As with a text. */
    public synchronized Gathered add(ByteBuffer part, boolean last) {
        Gathered none = count(part.remaining());
        if (none != null) {
            return none;
        }
        if (last && count == 1) {
            byte[] message = new byte[part.remaining()];
            part.get(message);
            reset();
            return new Gathered.Binary(message);
        }
        parts.put(part);
        return last ? new Gathered.Binary(whole()) : Gathered.None.MORE;
    }

    /** Nothing if the part may be taken. */
    private @Nullable Gathered count(int size) {
        if (ended) {
            return Gathered.None.MORE;
        }
        bytes += size;
        count++;
        if (bytes <= maxBytes && count <= maxParts) {
            return null;
        }
        reset();
        return Gathered.None.TOO_BIG;
    }

    private byte[] whole() {
        byte[] whole = parts.joined();
        reset();
        return whole;
    }

    /** What the message that is not complete costs. */
    public long held() {
        return parts.held();
    }

    /** Whether a message has begun and is not complete. */
    public synchronized boolean isGathering() {
        return count > 0;
    }

    /** The connection is over. Idempotent. */
    public synchronized void end() {
        ended = true;
        reset();
    }

    private void reset() {
        parts.clear();
        bytes = 0;
        count = 0;
        half = "";
    }
}
