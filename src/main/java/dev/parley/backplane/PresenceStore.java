package dev.parley.backplane;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Who is in which room, over all nodes. Thread-safe; no call blocks on the engine.
 *
 * <p>Each node answers for its own members, for as long as it renews its lease. When a node's lease has run out, another one
 * takes its members off and appends their farewells on its behalf. A node that comes back from a long stop enters its members
 * again by itself.
 */
public interface PresenceStore {
    /**
     * A member of this node is in.
     *
     * @param farewell what is appended to the room's log should this node die: the very draft that the node appends when the
     *     member leaves, so that its key keeps it from being said twice. Its author is the member. One of another kind than
     *     {@link Draft.Kind#LEFT} only names the member, and is not said; then its text may be what the member says of itself, see
     *     {@link Occupant}, and changes when the member enters again
     */
    void enter(RoomId room, Draft farewell);

    /** A member of this node is out. Its farewell is the caller's to say. Unknown members are ignored. */
    void leave(RoomId room, Draft.Author member);

    /** Everybody in a room, by user. Fails with {@link BackplaneException}. */
    CompletionStage<Map<String, Occupant>> members(RoomId room);

    /** Tells who joins and leaves a room. Whoever is in already is told first, as joined. */
    Subscription watch(RoomId room, Watcher watcher);

    /** Who is told. Adding and removing what one is told gives the users in the room. */
    interface Watcher {
        /**
         * A user has its first connection in the room. Called by one thread at a time, perhaps under a lock: it must neither
         * block nor call the backplane; and so for the other.
         */
        void joined(String user);

        /** A user who is in says something else of itself, as JSON; nothing any more, if it is empty. */
        void changed(String user, String data);

        /** A user has no connection in the room any more. */
        void left(String user);
    }
}
