package dev.parley.backplane;

/**
 * The log does not go on from where somebody stood: the engine has lost or dropped what would have come next.
 *
 * @param reason why
 * @param after the next entry told is the first one after this position
 */
public record Break(Reason reason, Position after) {
    /** Why a log does not go on from a position. */
    public enum Reason {
        /** It has begun anew. */
        EPOCH,
        /** What came next is older than what is kept. */
        TRIMMED,
        /** It is shorter than the position, or another message stands there. */
        REWRITTEN
    }
}
