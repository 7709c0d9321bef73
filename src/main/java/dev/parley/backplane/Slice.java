package dev.parley.backplane;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A piece of a log, in log order.
 *
 * @param broken why something is missing between the position asked for and the first entry; empty when nothing is
 * @param top the end of the log at the time of reading
 * @param more whether the log has more in the direction of reading
 */
public record Slice(List<Entry> entries, Optional<Break.Reason> broken, Position top, boolean more) {
    public Slice {
        entries = List.copyOf(entries);
    }

    /** What was read backwards. */
    public static Slice backwards(List<Entry> newestFirst, boolean more, Position top) {
        List<Entry> page = new ArrayList<>(newestFirst);
        Collections.reverse(page);
        return new Slice(page, Optional.empty(), top, more);
    }

    /** Whether nothing is missing between the position asked for and the first entry. */
    public boolean isWhole() {
        return broken.isEmpty();
    }
}
