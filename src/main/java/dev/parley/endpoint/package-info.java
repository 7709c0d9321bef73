/**
 * The Jakarta WebSocket endpoints. They adapt the container's callbacks, nothing else.
 *
 * <p>Called by the container. Every callback goes through an {@code Inlet}, which gathers parts into messages, enforces the
 * size limit, and processes nothing on a session that no handshake was bound to.
 */
@NullMarked
package dev.parley.endpoint;

import org.jspecify.annotations.NullMarked;
