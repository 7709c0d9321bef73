package dev.parley.backplane;

import dev.parley.node.Tracing;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A log per room, shared by all nodes, and what goes with it: who is where, and words from node to node. Thread-safe; no call
 * blocks on the engine.
 */
public interface Backplane extends AutoCloseable {
    /** For how long a draft's key is known at least. A variant may know fewer of a room that is flooded; it says so. */
    Duration KEY_MEMORY = Duration.ofMinutes(5);

    /** For how long at least what is not kept is still there for whoever is being told what is said. */
    Duration DELIVERY = Duration.ofSeconds(10);

    /** For how long the members of a node that stops may come back on another one before it is told that they have left. */
    Duration FAREWELL_PATIENCE = Duration.ofSeconds(10);

    /** Stores a draft, whatever was said before it. */
    default CompletionStage<Appended> append(RoomId room, Draft draft) {
        return append(room, draft, null);
    }

    /**
     * Stores a draft at the end of the room's log. Completes when the engine has it, which is what an acknowledgement means;
     * fails with {@link BackplaneException}. Idempotent by {@link Draft#key} for {@link #KEY_MEMORY}.
     *
     * @param after the key of a draft that must be known in that room, or else nothing is stored and it fails with
     *     {@link OutOfOrderException}; so drafts that are under way at once, each after the one before, are stored in order,
     *     whatever becomes of some of them and through whichever nodes they come
     */
    CompletionStage<Appended> append(RoomId room, Draft draft, @Nullable String after);

    /**
     * Stores a draft in each of several rooms, in all of them or in none; over a Redis Cluster, where rooms are on several servers, some
     * may have it when it fails. Otherwise as {@link #append(RoomId, Draft)}: to be repeated under the same keys.
     */
    CompletionStage<Map<RoomId, Appended>> append(Map<RoomId, Draft> drafts);

    /** Stores what somebody says, as {@link #append(RoomId, Draft, String)}, and has it traced if it is for something. */
    default CompletionStage<Appended> publish(
            RoomId room, Draft draft, @Nullable String after, Tracing.@Nullable Origin origin) {
        Tracing.Publishing span = origin == null ? null : origin.publish(room.name(), 1);
        if (span == null) {
            return append(room, draft, after);
        }
        CompletionStage<Appended> answer = append(room, draft.tracedAs(span.context()), after);
        answer.whenComplete((appended, failure) ->
                span.ended(appended == null ? null : appended.position().message(), failure));
        return answer;
    }

    /** The same of {@link #append(Map)}. */
    default CompletionStage<Map<RoomId, Appended>> publish(Map<RoomId, Draft> drafts, Tracing.@Nullable Origin origin) {
        Tracing.Publishing span = origin == null ? null : origin.publish(null, drafts.size());
        if (span == null) {
            return append(drafts);
        }
        Map<RoomId, Draft> traced = new HashMap<>(drafts);
        traced.replaceAll((room, draft) -> draft.tracedAs(span.context()));
        CompletionStage<Map<RoomId, Appended>> answer = append(traced);
        answer.whenComplete((all, failure) -> span.ended(null, failure));
        return answer;
    }

    /**
     * Calls {@code follower} for every entry from now on, those appended by this node included: whatever this node appends
     * after this call, and whatever any node appends after {@link Following#from} has completed.
     */
    Following follow(RoomId room, Follower follower);

    /**
     * Tells those who follow the room on any node, this one included, at most once; nothing is stored. False if it is given up at once,
     * because the backplane is closed or too many signals wait for the engine.
     *
     * @throws IllegalArgumentException if it is longer than {@link Signal#MAX_BYTES}
     */
    boolean signal(RoomId room, Signal signal);

    /**
     * Reads up to {@code limit} entries after a position, oldest first. If the log does not go on from there, the slice says
     * why, and begins with the oldest entry that is kept; or is empty when the position is beyond the top.
     *
     * @param bytes the payload of all entries together is at most this long, unless it is that of a single entry: there is at
     *     least one, if there is any and {@code limit} allows. {@link Slice#more} says whether it was cut
     */
    CompletionStage<Slice> read(RoomId room, Position after, int limit, long bytes);

    /**
     * As {@link #read}, for somebody who follows the log and reads what has come: of a room of which less is kept, what was said in the
     * last {@link #DELIVERY} is there all the same.
     */
    CompletionStage<Slice> readOn(RoomId room, Position after, int limit, long bytes);

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
     * Forgets, for all nodes, what one message said and who said it, and appends that it did: an {@link Erasure}. The entry's number
     * and id stay, and so does its key for {@link #KEY_MEMORY}. Completes with false if no such message stands in the room's log, and
     * with true if it was erased, by this call or before; fails with {@link BackplaneException}.
     */
    CompletionStage<Boolean> erase(RoomId room, String message);

    /**
     * From now on {@link #read}, {@link #readBefore} and {@link #extent} know no more of a room than is to be kept of it, to the
     * moment and by the engine's clock, and what is not is deleted some seconds later at the soonest. A room that keeps by age is gone
     * when nothing has been said for so long, and in a shared engine for 30 days more. To be called on every node with the same rules;
     * they are asked often and must not block.
     */
    void retain(Function<RoomId, Keep> rules);

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
