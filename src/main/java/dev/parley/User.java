package dev.parley;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A user on all nodes, whatever the name: whoever has logged in at the application under it, or brings a token for it. Where logins and
 * tokens share a name they are one user, as policies see it ({@link Caller#name}). A visitor who merely says the name is somebody
 * else: it has no inbox, is told nothing here, and neither counts nor is disconnected. Thread-safe; nothing blocks.
 */
public interface User {
    /** Its name, as it was given. */
    String name();

    /**
     * Says something to all connections to {@code rooms} that the user has, on all nodes, without their joining anything; {@code
     * parley.js} has it as {@code client.inbox}. It is kept like what is said in a room ({@link Room#publish(Object)}, with the same
     * failures): who is not connected, or is connected again, resumes the inbox after the last message seen. Fails with {@link
     * ParleyException.Code#REFUSED} where {@code parley.inboxes} is false.
     *
     * @throws IllegalArgumentException if no JSON becomes of it
     */
    CompletionStage<Published> publish(@Nullable Object data);

    /** The same, with a key, or in somebody's name. */
    CompletionStage<Published> publish(Publication publication);

    /**
     * Says it when the caller's JTA transaction has committed, as {@link Room#publishAfterCommit}. Nothing is kept, and a failure is
     * logged, where {@code parley.inboxes} is false.
     *
     * @throws IllegalArgumentException if no JSON becomes of it
     */
    void publishAfterCommit(@Nullable Object data);

    /**
     * Whether the user is connected, over all nodes; without those that have not answered within a second. Fails with {@link ParleyException.Code#UNAVAILABLE} if no connection is known of and
     * there are such nodes.
     */
    CompletionStage<Presence> presence();

    /**
     * Closes all connections of the user with 4501, on all nodes; {@code parley.js} then stops. The user may come again. Nodes are told,
     * and act when they hear it, within milliseconds. Complete when the word is on its way.
     *
     * @param reason for the client, which finds it beside the close code; at most 123 bytes of UTF-8, and our own if empty
     * @throws IllegalArgumentException if it is longer
     */
    CompletionStage<Void> disconnect(String reason);
}
