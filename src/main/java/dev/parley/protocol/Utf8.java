package dev.parley.protocol;

/** Sizes in UTF-8 without encoding anything. */
public final class Utf8 {
    private Utf8() {}

    /**
     * The length of {@code text} in bytes of UTF-8. A surrogate counts two wherever it stands, so the sum over the parts of a
     * message is right even if the container cut a pair in two.
     */
    public static int length(CharSequence text) {
        int length = text.length();
        int bytes = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }
}
