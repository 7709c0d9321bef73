package dev.parley.backplane;

import java.util.Optional;

/**
 * That an entry was erased, as the log tells it at a place of its own, so that everybody who has read the entry reads this, too. Where
 * the entry stood there is {@link #HOLE}, which says nothing.
 *
 * @param seq where the entry stood
 * @param message its id
 */
public record Erasure(long seq, String message) {
    private static final Draft.Author NOBODY = new Draft.Author("", "");

    /** What stands in the place of what was erased. */
    public static final Draft HOLE = draft("", "");

    /** What stands, for a while, in the place of what is not kept any more; told from a hole, and given to nobody. */
    public static final Draft GONE = draft("", "-");

    /** What tells of it in the log. */
    public Draft draft() {
        return draft(message, seq + " " + message);
    }

    /** What tells that a message was erased, before it is known where that stood. */
    public static Draft of(String message) {
        return draft(message, "");
    }

    /** What a draft tells of; nothing if it is a hole, or of another kind. */
    public static Optional<Erasure> in(Draft draft) {
        int space = draft.kind() == Draft.Kind.ERASED ? draft.text().indexOf(' ') : -1;
        return space < 0
                ? Optional.empty()
                : Optional.of(new Erasure(
                        Long.parseLong(draft.text().substring(0, space)),
                        draft.text().substring(space + 1)));
    }

    private static Draft draft(String message, String text) {
        return new Draft(Draft.key(Draft.Origin.ERASURE, "", message), NOBODY, Draft.Kind.ERASED, text);
    }
}
