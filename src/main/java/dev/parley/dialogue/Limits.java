package dev.parley.dialogue;

/**
 * How much one client may ask of this node. Twice what a second allows may come at once.
 *
 * @param messageBytes the longest message taken, in bytes of UTF-8; a longer one is closed with 1009
 * @param messagesPerSecond messages that a connection may send
 * @param bytesPerSecond characters that a connection may send; at least one longest message may always come at once
 * @param rooms rooms that a connection may be in
 * @param connectionsPerUser connections that a user may have on this node
 * @param inboxes whether users whom somebody vouches for have inboxes
 */
public record Limits(
        int messageBytes,
        int messagesPerSecond,
        int bytesPerSecond,
        int rooms,
        int connectionsPerUser,
        boolean inboxes) {
    /** What the settings say by themselves. */
    public static final Limits DEFAULT = new Limits(65_536, 20, 262_144, 64, 100, true);
}
