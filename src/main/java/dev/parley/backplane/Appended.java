package dev.parley.backplane;

/**
 * The log has it.
 *
 * @param duplicate the key was known; {@code position} is that of the first time
 */
public record Appended(Position position, boolean duplicate) {}
