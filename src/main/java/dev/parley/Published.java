package dev.parley;

/**
 * It is stored.
 *
 * @param position where it stands
 * @param duplicate whether it stood there before, under the same key
 */
public record Published(Position position, boolean duplicate) {}
