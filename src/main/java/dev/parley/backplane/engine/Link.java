package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.backplane.Turnout;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One connection to an engine, by what it is asked for. Blocking, and used by one thread at a time.
 *
 * <p>Every question ends in one of three ways. It is done; or refused, which is an answer of the engine: a
 * {@link BackplaneException}, to be passed on and not to be repeated, after which the connection goes on; or the engine is away:
 * a {@link LinkException}, to be repeated over a new connection.
 */
public interface Link extends EngineConnection {
    Log log();

    Members members();

    Shelf shelf();

    /** Tells all nodes. */
    void say(String word) throws LinkException;

    /** The engine answers. */
    void ping() throws LinkException;

    /** What the engine does not do by itself, such as trimming. Called every few seconds. */
    default void tend() throws LinkException {}

    /**
     * Takes some of what applications have left in the engine into the logs, each once, on whichever node; puts aside what is
     * longer than {@code maxBytes} or breaks another rule. Does nothing while another node does.
     */
    default TakenIn takeIn(int maxBytes) throws LinkException {
        return TakenIn.NOTHING;
    }

    /** The logs of rooms. */
    interface Log {
        /** Stores drafts in this order, each once by its key; gives an outcome for each, and so refuses none as a whole. */
        List<Outcome> append(List<Proposal> batch) throws LinkException;

        /** The ends of some logs. */
        Map<RoomId, Position> tops(Set<RoomId> rooms) throws LinkException;

        /** Reads several logs, each after a position. */
        Map<RoomId, Excerpt> read(Map<RoomId, Position> after, Bounds bounds, boolean isForFollowers)
                throws LinkException;

        /** As {@link dev.parley.backplane.Backplane#readBefore}. */
        Slice readBefore(RoomId room, long seq, Bounds bounds) throws LinkException;

        /** As {@link dev.parley.backplane.Backplane#purge}. */
        Position purge(RoomId room) throws LinkException;
    }

    /** Who is where. A node is named by an id that is its own until it stops; a lease runs by the engine's clock. */
    interface Members {
        /** Renews a node's lease; false if it is a new one, and the engine knows none of the node's members. */
        boolean renew(String node, Duration lease) throws LinkException;

        /** Takes members in and out; refused if the node has no lease. What is done already is done again without effect. */
        void move(String node, List<Move> moves) throws LinkException;

        /** Users in a room, each with the number of its connections. */
        Map<String, Integer> in(RoomId room) throws LinkException;

        /** The members of nodes whose lease has run out, by node. */
        Map<String, List<Move>> orphans() throws LinkException;

        /** Takes a node and its members off; unless it is another node that has renewed its lease meanwhile. */
        void bury(String node, boolean isOurs) throws LinkException;

        /** Who has come and gone since this was last asked, by whomever: each change is given once. */
        Turnout turnout(RoomId room) throws LinkException;
    }

    /** What is kept for a while and taken once. */
    interface Shelf {
        /** As {@link dev.parley.backplane.Backplane#keep}, by the engine's clock. */
        void keep(String key, String value, Duration life) throws LinkException;

        /** As {@link dev.parley.backplane.Backplane#take}. */
        Optional<String> take(String key) throws LinkException;
    }

    /**
     * How much is read of each log.
     *
     * @param entries at most so many
     * @param bytes of what is stored of them; never fetched beyond it
     * @param isOneAtLeast whether there is an entry even if it alone is longer
     */
    record Bounds(int entries, long bytes, boolean isOneAtLeast) {}

    /** A draft, and the id that its message will have. */
    record Proposal(RoomId room, Draft draft, String message) {}

    /** What came of a proposal: where it, or what had its key before, stands; or else the engine's reason. */
    record Outcome(Optional<Position> stored, String refusal) {
        public static Outcome stored(Position position) {
            return new Outcome(Optional.of(position), "");
        }

        public static Outcome refused(String why) {
            return new Outcome(Optional.empty(), why);
        }
    }

    /** Whether there may be more, why something was refused: one reason each, and what is stored that was not before, in order. */
    record TakenIn(boolean isMore, List<String> refusals, List<Stored> stored) {
        public static final TakenIn NOTHING = new TakenIn(false, List.of(), List.of());
    }

    /** A draft, and where it stands. */
    record Stored(RoomId room, Position position, Draft draft) {}

    /** A member that comes ({@code isIn}) or goes; known by its farewell's author. */
    record Move(RoomId room, Draft farewell, boolean isIn) {}
}
