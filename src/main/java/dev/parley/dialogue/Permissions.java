package dev.parley.dialogue;

import dev.parley.backplane.RoomId;
import dev.parley.handshake.Credential;
import org.jspecify.annotations.Nullable;

/** Who may do what in which room. Thread-safe; asked each time anew, and must not block. */
@FunctionalInterface
public interface Permissions {
    /** Everybody may do everything, as in the guide. */
    Permissions EVERYTHING = (who, right, room) -> true;

    /**
     * Whether it is allowed.
     *
     * @param who nobody known, if null, such as a client of the guide's chat
     */
    boolean allow(@Nullable Credential who, Right right, RoomId room);
}
