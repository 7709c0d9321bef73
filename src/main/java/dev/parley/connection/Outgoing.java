package dev.parley.connection;

/**
 * One text message on its way out: made once, shared by everybody it goes to. Immutable.
 */
public final class Outgoing implements Item {
    private final String text;
    private final int bytes;

    public Outgoing(String text) {
        this.text = text;
        this.bytes = Utf8.length(text);
    }

    String text() {
        return text;
    }

    /** Its size on the wire without framing, in bytes of UTF-8. */
    int bytes() {
        return bytes;
    }
}
