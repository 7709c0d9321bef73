package dev.parley.backplane;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A log per room, shared by all nodes, and what goes with it: who is where, and words from node to node. Thread-safe; no call
 * blocks on the engine.
 */
public interface Backplane extends AutoCloseable {
    /** For how long a draft's key is known at least. A variant may know fewer of a room that is flooded; it says so. */
    Duration KEY_MEMORY = Duration.ofMinutes(5);

    /** For how long the members of a node that stops may come back on another one before it is told that they have left. */
    Duration FAREWELL_PATIENCE = Duration.ofSeconds(10);

    /**
     * Stores a draft at the end of the room's log. Completes when the engine has it, which is what an acknowledgement means;
     * fails with {@link BackplaneException}. Idempotent by {@link Draft#key} for {@link #KEY_MEMORY}.
     */
    CompletionStage<Appended> append(RoomId room, Draft draft);

    /**
     * Calls {@code follower} for every entry from now on, those appended by this node included: whatever this node appends
     * after this call, and whatever any node appends after {@link Following#from} has completed.
     */
    Following follow(RoomId room, Follower follower);

    /**
     * Reads up to {@code limit} entries after a position, oldest first. If the log does not go on from there, the slice says
     * why, and begins with the oldest entry that is kept; or is empty when the position is beyond the top.
     *
     * @param bytes the payload of all entries together is at most this long, unless it is that of a single entry: there is at
     *     least one, if there is any and {@code limit} allows. {@link Slice#more} says whether it was cut
     */
    CompletionStage<Slice> read(RoomId room, Position after, int limit, long bytes);

    /**
     * Reads the last {@code limit} entries whose number is below {@code seq}, oldest first. Always whole; bounded in bytes as
     * {@link #read} is, and then the newest ones are given.
     */
    CompletionStage<Slice> readBefore(RoomId room, long seq, int limit, long bytes);

    /** Where a room's log ends, and how many entries stand in it; none of them is read. */
    CompletionStage<Extent> extent(RoomId room);

    /**
     * Forgets, for all nodes, every entry that stands in the room's log. Numbers go on, so whoever was somewhere before reads
     * {@link Break.Reason#TRIMMED}; whether the keys of what is gone are still known is the variant's affair. Completes with
     * the position after which the log now begins; fails with {@link BackplaneException}.
     */
    CompletionStage<Position> purge(RoomId room);

    /**
     * Keeps a value for all nodes until somebody takes it, or for so long. Completes when the engine has it; fails with
     * {@link BackplaneException}. An engine that is restarted or fails over may forget it.
     */
    CompletionStage<?> keep(String key, String value, Duration life);

    /**
     * Takes what is kept under a key. Whoever asks first, on whichever node, gets it, and nobody after; nothing if there is
     * none, or its time is over. Fails with {@link BackplaneException}, and then it may be gone.
     */
    CompletionStage<Optional<String>> take(String key);

    /**
     * From now on this node takes what applications publish within their own transactions, where the engine has an outbox for it,
     * and puts aside what is longer than so many bytes.
     */
    default void takeIn(int maxBytes) {}

    /**
     * From now on tells what happens in rooms, to one witness, which stays until the end. At most once: what happens while the engine
     * does not answer may be missing, and so may what was not told yet when this node dies. To be called on every node, because each
     * tells what happens through it; without it, nothing is asked of the engine for it.
     *
     * <p>A node with a witness that stops leaves its members to the others, for {@link #FAREWELL_PATIENCE}, so that users who move to
     * another node have never been away.
     */
    void witnessedBy(Witness witness);

    PresenceStore presence();

    ControlBus control();

    /** How the engine is doing, as far as is known; asks nobody. */
    Health health();

    /** Lets go of the engine. Idempotent. */
    @Override
    void close();
}
