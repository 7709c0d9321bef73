package dev.parley.backplane;

/**
 * How long a log is.
 *
 * @param top its end
 * @param entries how many stand in it
 */
public record Extent(Position top, long entries) {}
