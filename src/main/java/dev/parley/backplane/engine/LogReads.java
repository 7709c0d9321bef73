package dev.parley.backplane.engine;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Extent;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** What is read of single logs, on the workers of a node; of what is asked twice at once, it is read once. Thread-safe. */
record LogReads(QueryWorkers workers, Keeping keeping) {
    /** An epoch, or the id of a message. */
    static final Pattern WORD = Pattern.compile("[\\x21-\\x7e]{0,100}");

    private static final String NO_EPOCH = "-"; // no log has it

    /** As {@link Backplane#read}. */
    CompletionStage<Slice> after(RoomId room, Position after, int limit, long bytes) {
        return read(room, after, new Link.Bounds(limit, bytes, true, keeping.ofRead(room)), false);
    }

    /** As {@link Backplane#readOn}. */
    CompletionStage<Slice> on(RoomId room, Position after, int limit, long bytes) {
        return read(
                room,
                after,
                new Link.Bounds(limit, bytes, true, Keep.ALL),
                keeping.of(room).isLimited());
    }

    private CompletionStage<Slice> read(RoomId room, Position after, Link.Bounds bounds, boolean isForFollowers) {
        Position possible = WORD.matcher(after.epoch()).matches() ? after : new Position(NO_EPOCH, after.seq(), "");
        return workers.ask(
                QueryWorkers.Lane.of(room),
                List.of("read", room, possible, bounds, isForFollowers),
                expected(bounds.bytes()),
                link -> excerpt(room, possible, bounds, isForFollowers, link).slice());
    }

    private static Excerpt excerpt(RoomId room, Position after, Link.Bounds bounds, boolean isForFollowers, Link link)
            throws LinkException {
        return Objects.requireNonNull(
                link.log().read(Map.of(room, after), bounds, isForFollowers).get(room),
                "an answer to another question");
    }

    /** As {@link Backplane#extent}: from before there was a log, reading begins with the oldest entry. */
    CompletionStage<Extent> extent(RoomId room) {
        return workers.ask(QueryWorkers.Lane.of(room), List.of("extent", room), 0, link -> {
            Link.Bounds none = new Link.Bounds(0, 0, false, keeping.ofRead(room));
            Excerpt nothing = excerpt(room, Position.ORIGIN, none, false, link);
            Position top = nothing.slice().top();
            return new Extent(top, top.seq() - nothing.from().seq());
        });
    }

    /** As {@link Backplane#readBefore}. */
    CompletionStage<Slice> before(RoomId room, long seq, int limit, long bytes) {
        Link.Bounds bounds = new Link.Bounds(limit, bytes, true, keeping.ofRead(room));
        return workers.ask(
                QueryWorkers.Lane.of(room),
                List.of("before", room, seq, bounds),
                limit == 0 ? 0 : expected(bytes),
                link -> link.log().readBefore(room, seq, bounds));
    }

    /** Whoever asks without a bound is no visitor. */
    private static long expected(long bytes) {
        return bytes > Integer.MAX_VALUE ? 0 : bytes;
    }
}
