package dev.parley;

import java.util.Map;

/**
 * Who is in a room, over all nodes.
 *
 * @param connections by name, with how many connections
 * @param data by name, of those who say something of themselves, with what that is
 */
public record Members(Map<String, Integer> connections, Map<String, Json> data) {
    public Members {
        connections = Map.copyOf(connections);
        data = Map.copyOf(data);
    }

    /** Whether somebody of this name is in. */
    public boolean contains(String user) {
        return connections.containsKey(user);
    }
}
