package dev.parley.backplane;

import java.util.List;

/**
 * A piece of a log, in log order.
 *
 * @param isWhole whether nothing is missing between the position asked for and the first entry; false when the log has been
 *     trimmed beyond it, or has begun anew
 */
public record Slice(List<Entry> entries, boolean isWhole) {
    public Slice {
        entries = List.copyOf(entries);
    }
}
