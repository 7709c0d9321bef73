package dev.parley;

import java.time.Instant;
import java.util.Optional;

/**
 * Whether a user is connected, over all nodes.
 *
 * @param since when the oldest of the connections was opened that are open now, by its node's clock; nothing if there is none
 * @param connections how many there are; 0 or more
 */
public record Presence(Optional<Instant> since, int connections) {
    /** Whether there is a connection. */
    public boolean isOnline() {
        return connections > 0;
    }
}
