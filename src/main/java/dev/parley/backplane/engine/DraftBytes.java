package dev.parley.backplane.engine;

import dev.parley.backplane.Draft;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A draft as the bytes that engines keep: a version, the kind, then key, user, connection and text, each in UTF-8 after its
 * length.
 *
 * <p>What is traced has {@link #TRACED} behind that, and the context, at which a node of a version that does not know of it does not look.
 *
 * <p>What was erased is written such that a node of a version that does not know of it reads that nobody has left: the text, and what
 * stands behind it is {@link #ERASED} and the text of the erasure.
 */
public final class DraftBytes {
    private static final byte VERSION = 1;
    private static final byte ERASED = 'X';
    private static final byte TRACED = 'T';
    private static final List<Draft.Kind> KINDS =
            List.of(Draft.Kind.MESSAGE, Draft.Kind.JSON, Draft.Kind.LEFT); // never reordered

    private DraftBytes() {}

    public static byte[] encode(Draft draft) {
        boolean isErased = draft.kind() == Draft.Kind.ERASED;
        byte[] behind = isErased
                ? utf8((char) ERASED + draft.text())
                : draft.trace().isEmpty() ? new byte[0] : utf8((char) TRACED + draft.trace());
        byte[][] parts = {
            utf8(draft.key()),
            utf8(draft.author().user()),
            utf8(draft.author().connection()),
            utf8(isErased ? "" : draft.text())
        };
        int length = 2 + behind.length;
        for (byte[] part : parts) {
            length += Integer.BYTES + part.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).put(VERSION).put((byte)
                KINDS.indexOf(isErased ? Draft.Kind.LEFT : draft.kind()));
        for (byte[] part : parts) {
            bytes.putInt(part.length).put(part);
        }
        return bytes.put(behind).array();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Draft decode(ByteBuffer bytes) {
        try {
            byte version = bytes.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("an entry of version " + version);
            }
            Draft.Kind kind = KINDS.get(bytes.get());
            String key = text(bytes);
            Draft.Author author = new Draft.Author(text(bytes), text(bytes));
            String text = text(bytes);
            if (!bytes.hasRemaining()) {
                return new Draft(key, author, kind, text);
            }
            byte mark = bytes.get();
            String behind = StandardCharsets.UTF_8.decode(bytes).toString();
            return mark == ERASED
                    ? new Draft(key, author, Draft.Kind.ERASED, behind)
                    : new Draft(key, author, kind, text, mark == TRACED ? behind : "");
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("not an entry", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer bytes) {
        byte[] part = new byte[bytes.getInt()];
        bytes.get(part);
        return new String(part, StandardCharsets.UTF_8);
    }
}
