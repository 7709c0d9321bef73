package dev.parley;

/** What somebody may be allowed to do in a room. */
public enum Action {
    /** To be in it and read what is said from now on. */
    JOIN,
    /** To say something in it. */
    SEND,
    /** To read what was said before: the room's history, and what was missed while away. */
    HISTORY,
    /** To be told who is in it. */
    PRESENCE,
    /** To say something in it that is not kept. */
    SIGNAL
}
