package dev.parley.dialogue;

/** What somebody may be allowed to do in a room. */
public enum Right {
    JOIN,
    SEND,
    HISTORY,
    PRESENCE
}
