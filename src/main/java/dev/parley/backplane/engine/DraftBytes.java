package dev.parley.backplane.engine;

import dev.parley.backplane.Draft;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A draft as the bytes that engines keep: a version, the kind, then key, user, connection and text, each in UTF-8 after its
 * length.
 */
public final class DraftBytes {
    private static final byte VERSION = 1;
    private static final List<Draft.Kind> KINDS =
            List.of(Draft.Kind.MESSAGE, Draft.Kind.JSON, Draft.Kind.LEFT); // never reordered

    private DraftBytes() {}

    public static byte[] encode(Draft draft) {
        byte[][] parts = {
            utf8(draft.key()), utf8(draft.author().user()), utf8(draft.author().connection()), utf8(draft.text())
        };
        int length = 2;
        for (byte[] part : parts) {
            length += Integer.BYTES + part.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).put(VERSION).put((byte) KINDS.indexOf(draft.kind()));
        for (byte[] part : parts) {
            bytes.putInt(part.length).put(part);
        }
        return bytes.array();
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
            return new Draft(key, author, kind, text(bytes));
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
