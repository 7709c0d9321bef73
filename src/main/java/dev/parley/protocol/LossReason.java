package dev.parley.protocol;

import java.util.Locale;

/** Why what a client missed is not replayed. */
public enum LossReason {
    /** The log has begun anew. */
    EPOCH,
    /** It is older than what is kept. */
    TRIMMED,
    /** It is more than is replayed. */
    TOO_MANY,
    /** The log was rolled back, and went on differently. */
    REWRITTEN,
    /** It may not be read by whoever has not the right to read the room's history. */
    FORBIDDEN;

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
