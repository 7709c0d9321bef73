package dev.parley.connection;

import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts of one text message, within a limit. Memory is held only while a message is incomplete, and never more
 * than the limit; a message that arrives in one piece is not copied.
 *
 * <p>This is where every server gets the same limit: with whole-message handlers Tomcat reserves the whole limit for each
 * connection, Undertow lets dribbled messages pass it (UNDERTOW-2770), and Tyrus ignores it for single frames.
 *
 * <p>Used by the container's callbacks of one session, which come one at a time.
 */
public final class MessageBuffer {
    private final int maxBytes;
    private final int maxParts;
    private @Nullable StringBuilder parts;
    private long bytes;
    private int count;

    /** A buffer for messages of at most {@code maxBytes} bytes of UTF-8. */
    public MessageBuffer(int maxBytes) {
        this(maxBytes, Integer.MAX_VALUE);
    }

    /** A buffer for messages that also come in at most {@code maxParts} parts: each costs the server a call. */
    public MessageBuffer(int maxBytes, int maxParts) {
        this.maxBytes = maxBytes;
        this.maxParts = maxParts;
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

    /** Takes the next part. */
    public Gathered add(String part, boolean last) {
        bytes += Utf8.length(part);
        count++;
        if (bytes > maxBytes || count > maxParts) {
            reset();
            return Gathered.Oversize.TOO_BIG;
        }
        StringBuilder gathered = parts;
        if (last) {
            String text = gathered == null ? part : gathered.append(part).toString();
            reset();
            return new Gathered.Whole(text);
        }
        if (gathered == null) {
            gathered = new StringBuilder(part.length() * 2);
            parts = gathered;
        }
        gathered.append(part);
        return Gathered.Incomplete.MORE;
    }

    private void reset() {
        parts = null;
        bytes = 0;
        count = 0;
    }
}
