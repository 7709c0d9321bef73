package dev.parley.backplane;

import java.time.Instant;

/**
 * What stands in a log.
 *
 * @param position where; its message is this entry's id, unique over all rooms and nodes
 * @param at when the engine stored it, by the engine's clock
 */
public record Entry(Position position, Draft draft, Instant at) {}
