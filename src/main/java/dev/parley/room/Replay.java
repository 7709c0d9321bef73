package dev.parley.room;

import dev.parley.backplane.Entry;
import dev.parley.backplane.Slice;
import dev.parley.protocol.LossReason;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound.Resume;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who comes into a room is told of its past: everything since a position, or that something is lost, and why; nothing at
 * all, if there is no position.
 */
record Replay(Resume resume, @Nullable LossReason loss, List<Entry> entries) {
    /** How many messages are replayed at most. */
    static final int MAX_ENTRIES = 200;

    /** How many characters of payload are replayed at most. */
    private static final int MAX_CHARACTERS = 512 * 1024;

    /** Of what was read after {@code since}; whoever may not look back has lost something, unless nothing was said. */
    static Replay of(@Nullable Mark since, Slice slice, boolean mayLookBack) {
        if (since == null) {
            return new Replay(Resume.NONE, null, List.of());
        }
        LossReason loss =
                mayLookBack ? loss(slice) : since.equals(JsonWindow.mark(slice.top())) ? null : LossReason.FORBIDDEN;
        return loss == null ? new Replay(Resume.OK, null, slice.entries()) : new Replay(Resume.LOST, loss, List.of());
    }

    private static @Nullable LossReason loss(Slice slice) {
        if (slice.broken().isPresent()) {
            return switch (slice.broken().get()) {
                case EPOCH -> LossReason.EPOCH;
                case TRIMMED -> LossReason.TRIMMED;
                case REWRITTEN -> LossReason.REWRITTEN;
            };
        }
        boolean isTooMuch = slice.more()
                || slice.entries().size() > MAX_ENTRIES
                || slice.entries().stream()
                                .mapToLong(entry -> entry.draft().text().length())
                                .sum()
                        > MAX_CHARACTERS;
        return isTooMuch ? LossReason.TOO_MANY : null;
    }

    /** For the connection's trail. */
    String note() {
        return resume == Resume.NONE
                ? ""
                : loss == null ? ", missed " + entries.size() : ", lost something: " + loss.word();
    }
}
