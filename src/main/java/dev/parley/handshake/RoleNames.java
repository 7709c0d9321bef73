package dev.parley.handshake;

import java.util.Set;

/**
 * The roles that somebody asks about later on. A container tells of a role that it is given whether a visitor has it, as long as the
 * handshake lasts, and never which roles there are. Asked in each handshake of somebody who is logged in; thread-safe.
 */
@FunctionalInterface
public interface RoleNames {
    /** Nobody asks about roles; for applications that give none. */
    RoleNames NONE = Set::of;

    /** Their names. */
    Set<String> names();
}
