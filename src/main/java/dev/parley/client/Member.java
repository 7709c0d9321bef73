package dev.parley.client;

import java.util.Optional;

/**
 * A user who is in a room.
 *
 * @param connections over how many connections
 * @param data what the user says about herself there, over the newest of them
 */
public record Member(String user, int connections, Optional<Json> data) {}
