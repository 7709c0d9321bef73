package dev.parley.backplane;

import java.util.concurrent.CompletionStage;

/**
 * A log per room, shared by all nodes. Thread-safe; no call blocks on the engine.
 */
public interface Backplane extends AutoCloseable {
    /**
     * Stores a draft at the end of the room's log. Completes when the engine has it, which is what an acknowledgement means;
     * fails with {@link BackplaneException}. Idempotent by {@link Draft#key}.
     */
    CompletionStage<Appended> append(RoomId room, Draft draft);

    /** Calls {@code follower} for every entry from now on, those appended by this node included. */
    Subscription follow(RoomId room, Follower follower);

    /** Reads up to {@code limit} entries after a position, oldest first. */
    CompletionStage<Slice> read(RoomId room, Position after, int limit);

    /** Lets go of the engine. Idempotent. */
    @Override
    void close();
}
