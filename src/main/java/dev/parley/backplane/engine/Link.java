package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Membership;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.backplane.Turnout;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

    /** Tells all nodes that follow these rooms; of one room in this order, and some of it if it fails. */
    void signal(List<Map.Entry<RoomId, Signal>> signals) throws LinkException;

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

        /**
         * Stores drafts, each once by its key, in all of the rooms or in none, where the engine can; gives where they, or what had their
         * keys before, stand. No two are of one room.
         */
        List<Position> appendTogether(List<Proposal> all) throws LinkException;

        /** The ends of some logs. */
        Map<RoomId, Position> tops(Set<RoomId> rooms) throws LinkException;

        /** Reads several logs, each after a position. */
        Map<RoomId, Excerpt> read(Map<RoomId, Position> after, Bounds bounds, boolean isForFollowers)
                throws LinkException;

        /** As {@link dev.parley.backplane.Backplane#readBefore}. */
        Slice readBefore(RoomId room, long seq, Bounds bounds) throws LinkException;

        /** As {@link dev.parley.backplane.Backplane#purge}. */
        Position purge(RoomId room) throws LinkException;

        /**
         * Deletes what is not to be kept of some rooms, unless it may still be on its way to somebody.
         *
         * @return in how many milliseconds there will be more to delete even if nobody says anything more; without those where never
         */
        Map<RoomId, Long> trim(Map<RoomId, Keep> rooms) throws LinkException;

        /** Some of the rooms that have a log, by name, beginning after one; none where the engine lets go of them by itself. */
        default List<RoomId> rooms(String after, int limit) throws LinkException {
            return List.of();
        }

        /**
         * As {@link dev.parley.backplane.Backplane#erase}, in one step.
         *
         * @param erasure the id of the entry that tells of it
         */
        boolean erase(RoomId room, String message, String erasure) throws LinkException;
    }

    /** Who is where. A node is named by an id that is its own until it stops; a lease runs by the engine's clock. */
    interface Members {
        /** Renews a node's lease; false if it is a new one, and the engine knows none of the node's members. */
        boolean renew(String node, Duration lease) throws LinkException;

        /** Takes members in and out, or notes what they say of themselves, and tells who listens to their rooms of each; refused if the node has no lease. What is done already is done again without effect. */
        void move(String node, List<Move> moves) throws LinkException;

        /** The connections in a room. */
        List<Membership> in(RoomId room) throws LinkException;

        /** The members of nodes whose lease has run out, by node. */
        Map<String, List<Move>> orphans() throws LinkException;

        /** Takes a node and its members off, and tells who listens to their rooms that they have to read; unless it is another node that has renewed its lease meanwhile. */
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
     * @param keep nothing that is not to be kept
     */
    record Bounds(int entries, long bytes, boolean isOneAtLeast, Keep keep) {}

    /**
     * A draft, and the id that its message will have.
     *
     * @param after the key of a draft that must be known, or it is not stored; null if it may be stored in any case
     */
    record Proposal(
            RoomId room,
            Draft draft,
            String message,
            @Nullable String after) {}

    /** What came of a proposal: where it, or what had its key before, stands; or else the engine's reason, which is empty if it is out of order. */
    record Outcome(Optional<Position> stored, String refusal) {
        public static Outcome stored(Position position) {
            return new Outcome(Optional.of(position), "");
        }

        /** What it comes after is not known. */
        public static Outcome outOfOrder() {
            return new Outcome(Optional.empty(), "");
        }

        /** With a reason that is not empty. */
        public static Outcome refused(String why) {
            return new Outcome(Optional.empty(), why);
        }
    }

    /** Whether there was more, why something was refused: one reason each, and what is stored that was not before, in order. */
    record TakenIn(boolean isMore, List<String> refusals, List<Stored> stored) {
        public static final TakenIn NOTHING = new TakenIn(false, List.of(), List.of());
    }

    /** A draft, and where it stands. */
    record Stored(RoomId room, Position position, Draft draft) {}

    /** A member that comes ({@code isIn}) or goes; known by its farewell's author. */
    record Move(RoomId room, Draft farewell, boolean isIn) {
        /** What it comes to, by a node. */
        public Membership membership(String node) {
            Draft.Author member = farewell.author();
            return new Membership(member.user(), connection(node, member.connection()), isIn, farewell.text());
        }

        /** A node's connection, by a name that no other node's has. */
        public static String connection(String node, String own) {
            return node + ' ' + own;
        }
    }
}
