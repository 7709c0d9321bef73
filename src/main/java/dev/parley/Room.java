package dev.parley;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One room, on all nodes. Thread-safe; nothing blocks. */
public interface Room {
    /** Its name. */
    String name();

    /**
     * Says something to everybody who is in, and keeps it. Complete when the engine has it: then nothing loses it. Fails with
     * {@link ParleyException.Code#UNAVAILABLE} when the engine is away, and then it may have been stored all the same; a
     * {@link Publication#key} makes trying again safe. Fails with {@link ParleyException.Code#REFUSED} when it is longer than
     * {@code parley.max-message-bytes}.
     *
     * @param data becomes one JSON value: a record, {@code Map}, {@code Iterable}, array, {@code String}, {@code Number},
     *     {@code Boolean}, {@code null}, {@link Json}, or whatever the application's JSON binding knows; see {@link JsonBinding}
     * @throws IllegalArgumentException if no JSON becomes of it
     */
    CompletionStage<Published> publish(@Nullable Object data);

    /** The same, with a key, or in somebody's name. */
    CompletionStage<Published> publish(Publication publication);

    /**
     * Says something to those of the clients of {@code parley.v1} who are in just now, at most once, and keeps nothing: where somebody's
     * cursor is, that she is typing. Complete when it is on its way. Fails with {@link ParleyException.Code#REFUSED} when it is longer
     * than 4,096 bytes as JSON, and with {@link ParleyException.Code#UNAVAILABLE} when too many are on their way.
     *
     * @param data as in {@link #publish(Object)}
     * @throws IllegalArgumentException if no JSON becomes of it
     */
    CompletionStage<Void> signal(@Nullable Object data);

    /**
     * Says something when the caller's JTA transaction has committed, and nothing if it rolls back; at once when there is none.
     * Nobody hears of it if this process ends between the commit and the publication; {@code parley_publish} in the same
     * PostgreSQL transaction has no such gap. A failure is logged.
     *
     * @throws IllegalArgumentException as {@link #publish(Object)}
     */
    void publishAfterCommit(@Nullable Object data);

    /**
     * The last messages before a number, oldest first; fewer when they are long or some were erased, at least one if there is any.
     *
     * @param before a {@link Position#seq}; {@link Long#MAX_VALUE} for the newest
     * @param limit 1 to 200
     * @throws IllegalArgumentException if the limit is out of range
     */
    CompletionStage<List<Message>> history(long before, int limit);

    /** Who is in, over all nodes. */
    CompletionStage<Members> members();

    /** Where the room's log ends: a snapshot that was taken after this is complete up to there. */
    CompletionStage<Position> position();

    /**
     * Tells a listener of every message from now on, whoever says it on whichever node, in order. It is called by one thread at a
     * time, on a pool of Parley's of eight threads, and may block for a while: it then falls behind, and only what the room does
     * not keep any more is a {@link RoomListener#gap}. Every node that subscribes is told.
     */
    Subscription subscribe(RoomListener listener);

    /** The same, beginning after a position. What is not kept any more is a {@link RoomListener#gap}. */
    Subscription subscribe(Position since, RoomListener listener);

    /**
     * Takes a user out of the room, on all nodes; it may come again, unless a policy says otherwise. Nodes are told, and act when they
     * hear it, within milliseconds. Complete when the word is on its way.
     */
    CompletionStage<Void> remove(String user);

    /** Asks the policies again about everybody who is in, on all nodes, and takes out who may not be there any more. */
    CompletionStage<Void> recheck();

    /**
     * Forgets one message, on all nodes and in the engine: what it said and who said it. Its number and its id stay, and whoever reads
     * the room is told that it was erased. Complete when nothing of it is left; also if there is no such message.
     *
     * @param messageId its {@link Position#message}
     */
    CompletionStage<Void> erase(String messageId);

    /** Forgets everything that was said here. Numbers go on; whoever was somewhere before is told of a gap. */
    CompletionStage<Void> purge();
}
