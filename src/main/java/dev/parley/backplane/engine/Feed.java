package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Break;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Position;
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.node.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One room's log as this node's followers have been told it. Thread-safe: whoever brings an entry hands it on under the lock,
 * if it is the next one.
 */
final class Feed {
    private final List<Hold> holds = new ArrayList<>(); // guarded by this
    private @Nullable Position last; // what the followers have been told; null until the end is known; guarded by this
    private @Nullable Position before; // the last one of the epoch before; guarded by this
    private boolean isBreakOwed; // the followers are back there, and have not been told; guarded by this
    private @Nullable Position promised; // beyond `last`, stored by this node and not told yet; guarded by this

    /** Adds a follower. It is told what comes after the position at this moment. */
    synchronized void add(Hold hold) {
        holds.add(hold);
        if (last != null) {
            hold.from.complete(last);
        }
    }

    /** Takes a follower off; whether nobody is left. */
    synchronized boolean removedLast(Hold hold) {
        return holds.removeIf(other -> other == hold) && holds.isEmpty();
    }

    synchronized boolean isFollowed() {
        return !holds.isEmpty();
    }

    /** Where the log ends while nobody has been told anything yet. */
    synchronized void begin(Position top) {
        if (last == null) {
            last = top;
            holds.forEach(hold -> hold.from.complete(top));
        }
    }

    /** What is known of the log at this moment, for {@link #take}; null as long as the beginning is unknown. */
    synchronized @Nullable Mark mark() {
        return last == null ? null : new Mark(last, promised);
    }

    /** This node has been told that an entry is stored; so it must appear. */
    synchronized void promise(Position stored) {
        if (last != null && stored.seq() > last.seq() && (promised == null || promised.seq() < stored.seq())) {
            promised = stored;
        }
    }

    /** Hands an entry on if it is the next one; false if the log has to be read in order to tell. */
    synchronized boolean offer(Entry entry) {
        Position position = entry.position();
        if (last == null
                || !(position.epoch().equals(last.epoch()) || last.epoch().isEmpty())) {
            return false;
        }
        if (position.seq() == last.seq() + 1) {
            tell(entry);
            return true;
        }
        return position.seq() <= last.seq();
    }

    /** Tells who is there. The lock is for the list alone: nothing here has an order. */
    synchronized void signalled(Signal signal) {
        for (Hold hold : holds) {
            Threads.guarded("a follower", () -> hold.follower.signalled(signal)).run();
        }
    }

    /**
     * Hands on what was read after a mark. If meanwhile others have brought entries, nothing is told twice.
     *
     * @return whether there may be more to read
     */
    synchronized boolean take(Mark mark, Excerpt excerpt) {
        Slice slice = excerpt.slice();
        for (Hold hold : holds) {
            if (hold.isOwed) {
                hold.breakOff(Break.Reason.TRIMMED, last());
            }
        }
        if (!slice.isWhole()) {
            if (!mark.last().equals(last)) {
                return true; // it is about another place than where the followers are
            }
            if (slice.broken().get() == Break.Reason.EPOCH && before != null) { // a log from before this epoch
                last = before;
                before = null;
                isBreakOwed = true;
                return true;
            }
            breakOff(slice.broken().get(), excerpt.from());
        } else if (isBreakOwed && mark.last().equals(last)) {
            breakOff(Break.Reason.REWRITTEN, new Position(slice.top().epoch(), last().seq(), last().message()));
        }
        for (Entry entry : slice.entries()) {
            if (entry.position().seq() > last().seq()) {
                if (entry.position().seq() > last().seq() + 1) {
                    return true; // somebody else has been told a break
                }
                tell(entry);
            }
        }
        Position missing = mark.promised();
        if (!slice.more() && missing != null && missing.equals(promised) && last().seq() < missing.seq()) {
            breakOff(Break.Reason.REWRITTEN, last());
        }
        return slice.more();
    }

    /** Whether the log has an end other than what the followers have been told. */
    synchronized boolean differsFrom(Position top) {
        return last != null
                && (holds.stream().anyMatch(hold -> hold.isOwed)
                        || last.seq() != top.seq()
                        || promised != null
                        || !(last.message().isEmpty() || last.message().equals(top.message())));
    }

    /** Nobody will be told anything more. */
    void end() {
        List<Hold> ended;
        synchronized (this) {
            ended = List.copyOf(holds);
        }
        ended.forEach(hold -> hold.end("the backplane is closed"));
    }

    private void tell(Entry entry) {
        Position position = entry.position();
        if (promised != null && position.seq() >= promised.seq()) {
            boolean isKept = position.message().equals(promised.message());
            promised = null;
            if (!isKept) {
                breakOff(Break.Reason.REWRITTEN, last());
            }
        }
        if (!position.epoch().equals(last().epoch()) && last().seq() > 0) {
            before = last;
        }
        last = position;
        for (int i = 0; i < holds.size(); i++) { // creates nothing, so that nobody is passed over when memory is short
            Hold hold = holds.get(i);
            if (hold.isOwed) {
                hold.breakOff(Break.Reason.TRIMMED, position);
            } else {
                hold.isOwed = !Follower.tell(hold.follower, entry);
            }
        }
    }

    private void breakOff(Break.Reason reason, Position after) {
        promised = null;
        isBreakOwed = false;
        last = after;
        for (int i = 0; i < holds.size(); i++) {
            holds.get(i).breakOff(reason, after);
        }
    }

    private Position last() {
        if (last == null) {
            throw new IllegalStateException("nothing is known yet");
        }
        return last;
    }

    /** Where the followers are, and what has been promised to come. */
    record Mark(Position last, @Nullable Position promised) {}

    /** A follower, and what it is owed. */
    static final class Hold implements Following {
        private final Follower follower;
        private final Consumer<Hold> closing;
        private final CompletableFuture<Position> from = new CompletableFuture<>();
        private boolean isOwed; // a break that it could not be told; guarded by the feed

        Hold(Follower follower, Consumer<Hold> closing) {
            this.follower = follower;
            this.closing = closing;
        }

        private void breakOff(Break.Reason reason, Position after) {
            isOwed = !Follower.breakOff(follower, reason, after);
        }

        private void end(String why) {
            from.completeExceptionally(new BackplaneException(why));
        }

        @Override
        public CompletionStage<Position> from() {
            return from;
        }

        @Override
        public void close() {
            closing.accept(this);
            end("not followed any more");
        }
    }
}
