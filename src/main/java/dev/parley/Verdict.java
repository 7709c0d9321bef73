package dev.parley;

import java.util.regex.Pattern;

/** What becomes of a message before it is stored. A closed family. Immutable, thread-safe. */
public sealed interface Verdict {
    /** It is stored as it is. */
    static Verdict accept() {
        return Accepted.AS_IT_IS;
    }

    /**
     * Something else is stored in its place, and acknowledged to its author like the original.
     *
     * @param data at most as long as a message may be, {@code parley.room-message-bytes}; a longer one is rejected
     */
    static Verdict change(Json data) {
        return new Changed(data);
    }

    /**
     * It is not stored, and nobody but its author is told. What the author says next is not held up, and the author's client does
     * not try again.
     *
     * @param code for the author's client, which finds it as {@code reason}: 1 to 40 of a-z, 0-9 and -
     * @param sentence for the author, as {@code message}: up to 500 characters
     * @throws IllegalArgumentException if one of them is something else
     */
    static Verdict reject(String code, String sentence) {
        return new Rejected(code, sentence);
    }

    /** See {@link #accept}. */
    enum Accepted implements Verdict {
        AS_IT_IS
    }

    /** See {@link #change}. */
    record Changed(Json data) implements Verdict {}

    /** See {@link #reject}. */
    record Rejected(String code, String sentence) implements Verdict {
        private static final Pattern CODE = Pattern.compile("[a-z0-9-]{1,40}");
        private static final int MAX_SENTENCE = 500;

        public Rejected {
            if (!CODE.matcher(code).matches() || sentence.length() > MAX_SENTENCE) {
                throw new IllegalArgumentException(
                        "a code is 1 to 40 of a-z, 0-9 and -, a sentence has up to " + MAX_SENTENCE + " characters");
            }
        }
    }
}
