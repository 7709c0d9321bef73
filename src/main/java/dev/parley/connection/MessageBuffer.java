package dev.parley.connection;

import dev.parley.node.Budget;
import java.nio.charset.StandardCharsets;

/**
 * Gathers the parts of one text message, within a limit. Memory is held only while a message is incomplete, as UTF-8, never more
 * than the limit, and drawn on the budget; a message that arrives in one piece is not copied.
 *
 * <p>This is where every server gets the same limit: with whole-message handlers Tomcat reserves the whole limit for each
 * connection, Undertow lets dribbled messages pass it (UNDERTOW-2770), and Tyrus ignores it for single frames.
 *
 * <p>Used by the container's callbacks of one session, which come one at a time; {@link #held} and {@link #end} may come from any
 * thread.
 */
public final class MessageBuffer {
    private final int maxBytes;
    private final int maxParts;
    private final Chunks parts;
    private long bytes;
    private int count;
    private char high; // half a pair whose other half is the next part's; 0 if there is none
    private boolean ended;

    /** A buffer for messages of at most so many bytes of UTF-8 in at most so many parts: each costs the server a call. */
    public MessageBuffer(int maxBytes, int maxParts, Budget budget) {
        this.maxBytes = maxBytes;
        this.maxParts = maxParts;
        this.parts = new Chunks(budget);
    }

    /** What has become of a message after one more part of it. */
    public sealed interface Gathered {
        /** All of it is here. */
        record Whole(String text) implements Gathered {}

        /** More parts are to come. */
        enum Incomplete implements Gathered {
            MORE
        }

        /** It is over the limit. What was gathered is dropped. */
        enum Oversize implements Gathered {
            TOO_BIG
        }
    }

    /** Takes the next part. After the {@link #end} it takes none, and no message becomes whole. */
    public synchronized Gathered add(String part, boolean last) {
        if (ended) {
            return Gathered.Incomplete.MORE;
        }
        bytes += Utf8.length(part);
        count++;
        if (bytes > maxBytes || count > maxParts) {
            reset();
            return Gathered.Oversize.TOO_BIG;
        }
        if (last && count == 1) {
            reset();
            return new Gathered.Whole(part);
        }
        encode(part);
        if (!last) {
            return Gathered.Incomplete.MORE;
        }
        if (high != 0) {
            parts.put('?');
        }
        byte[] whole = parts.joined();
        reset();
        return new Gathered.Whole(new String(whole, StandardCharsets.UTF_8));
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

    /** Half a pair without its other half, which no server delivers, becomes a question mark, as everywhere in Java. */
    private void encode(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (high != 0) {
                char first = high;
                high = 0;
                if (Character.isLowSurrogate(c)) {
                    int point = Character.toCodePoint(first, c);
                    parts.put(0xF0 | (point >> 18));
                    parts.put(0x80 | ((point >> 12) & 0x3F));
                    parts.put(0x80 | ((point >> 6) & 0x3F));
                    parts.put(0x80 | (point & 0x3F));
                    continue;
                }
                parts.put('?');
            }
            if (c < 0x80) {
                parts.put(c);
            } else if (c < 0x800) {
                parts.put(0xC0 | (c >> 6));
                parts.put(0x80 | (c & 0x3F));
            } else if (Character.isHighSurrogate(c)) {
                high = c;
            } else if (Character.isLowSurrogate(c)) {
                parts.put('?');
            } else {
                parts.put(0xE0 | (c >> 12));
                parts.put(0x80 | ((c >> 6) & 0x3F));
                parts.put(0x80 | (c & 0x3F));
            }
        }
    }

    private void reset() {
        parts.clear();
        bytes = 0;
        count = 0;
        high = 0;
    }
}
