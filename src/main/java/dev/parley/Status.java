package dev.parley;

/**
 * How this node is doing.
 *
 * @param version Parley's own
 * @param connections how many clients are connected to this node, over all its endpoints
 * @param everythingAllowed whether everybody may do everything in every room, because nobody has said who may
 */
public record Status(String version, int connections, boolean everythingAllowed) {}
