package dev.parley.backplane.engine;

import dev.parley.backplane.Break;
import dev.parley.backplane.Position;
import dev.parley.backplane.Slice;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a read gave.
 *
 * @param from the position that the first entry comes after: the one asked for, unless the log does not go on from there
 */
public record Excerpt(Slice slice, Position from) {

    /**
     * What an engine knows about a log and a position somebody asks about. Numbers go on from epoch to epoch, and the engine
     * notes where an epoch ended, so a log that lost its tail shows where the branches part.
     *
     * @param top the end of the log; of no epoch when there is none
     * @param floor the number before the oldest entry that is kept
     * @param endOfEpoch where the position's epoch ended, if it is a former one and known
     * @param there the id of the message at the position, if it is kept
     */
    public record State(
            Position top,
            long floor,
            OptionalLong endOfEpoch,
            @Nullable String there) {
        /** Where reading begins, and why elsewhere than asked for. */
        public Start startAfter(Position after) {
            if (after.seq() == 0 && after.epoch().isEmpty()) { // from before there was a log
                return floor == 0 ? whole(after) : broken(Break.Reason.TRIMMED, floor);
            }
            OptionalLong end = after.epoch().equals(top.epoch()) ? OptionalLong.of(top.seq()) : endOfEpoch;
            boolean isThere = there != null && there.equals(after.message());
            if (isThere && after.seq() >= floor) { // whoever was told so under an epoch before needs to know no other
                return whole(after);
            }
            if (end.isEmpty()) {
                return broken(Break.Reason.EPOCH, floor);
            }
            if (after.seq() > end.getAsLong()) {
                return broken(Break.Reason.REWRITTEN, Math.max(end.getAsLong(), floor));
            }
            if (after.seq() < floor) {
                return broken(Break.Reason.TRIMMED, floor);
            }
            if (there != null && !isThere && !after.message().isEmpty()) {
                return broken(Break.Reason.REWRITTEN, top.seq());
            }
            return whole(after);
        }

        private static Start whole(Position after) {
            return new Start(Optional.empty(), after);
        }

        private Start broken(Break.Reason reason, long from) {
            return new Start(
                    Optional.of(reason), new Position(top.epoch(), from, from == top.seq() ? top.message() : ""));
        }
    }

    /** Where reading begins. */
    public record Start(Optional<Break.Reason> broken, Position from) {}
}
