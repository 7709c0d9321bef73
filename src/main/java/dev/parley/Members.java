package dev.parley;

import java.util.Map;

/**
 * Who is in a room, over all nodes.
 *
 * @param connections by name, with how many connections
 */
public record Members(Map<String, Integer> connections) {
    public Members {
        connections = Map.copyOf(connections);
    }

    /** Whether somebody of this name is in. */
    public boolean contains(String user) {
        return connections.containsKey(user);
    }
}
