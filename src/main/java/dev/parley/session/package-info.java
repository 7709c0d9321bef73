/**
 * What containers call back about sessions, adapted to ours: endpoints, and the two that Parley itself has.
 *
 * <p>Called by the container. Every callback goes through an {@code Inlet}, which gathers parts into messages, enforces the
 * size limit, and processes nothing on a session that no handshake was bound to.
 */
@NullMarked
package dev.parley.session;

import org.jspecify.annotations.NullMarked;
