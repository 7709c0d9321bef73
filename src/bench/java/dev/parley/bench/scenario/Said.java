package dev.parley.bench.scenario;

/**
 * The texts that members say. Each carries its sender and its number, so that a delivery can be told from every other:
 * {@code 0003:0000000042:…}, filled up to one size.
 */
final class Said {
    private static final int SENDER_DIGITS = 4;
    private static final int SEQ_DIGITS = 10;
    private static final int SEQ_AT = SENDER_DIGITS + 1;
    private static final int MIN_BYTES = SEQ_AT + SEQ_DIGITS + 1;

    private final int bytes;
    private final String filling;

    Said(int bytes) {
        this.bytes = Math.max(bytes, MIN_BYTES);
        StringBuilder letters = new StringBuilder();
        while (letters.length() < this.bytes - MIN_BYTES) {
            letters.append((char) ('a' + letters.length() % 26));
        }
        filling = letters.toString();
    }

    int bytes() {
        return bytes;
    }

    String text(int sender, long seq) {
        return padded(sender, SENDER_DIGITS) + ":" + padded(seq, SEQ_DIGITS) + ":" + filling;
    }

    /** The sender in a text that begins here; negative if there is none. */
    static int sender(byte[] bytes, int at) {
        return (int) digits(bytes, at, SENDER_DIGITS);
    }

    /** The number in a text that begins here; negative if there is none. */
    static long seq(byte[] bytes, int at) {
        return digits(bytes, at + SEQ_AT, SEQ_DIGITS);
    }

    private static long digits(byte[] bytes, int at, int count) {
        long number = 0;
        for (int i = at; i < at + count; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static String padded(long number, int width) {
        String digits = Long.toString(number);
        return "0".repeat(width - digits.length()) + digits;
    }
}
