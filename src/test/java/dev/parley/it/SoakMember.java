package dev.parley.it;

/**
 * One of many in a room, who loses its connection now and then, comes back, and writes down everything that is not as it should
 * be. Thread-safe.
 */
interface SoakMember {
    String room();

    void connect();

    /** Loses the connection, in the middle of whatever it does, and comes back after a moment. */
    void drop(long awayMillis);

    /** Says something that nobody else says; if it cannot now, it will. */
    void send(String key);

    /** Whether it is in, has had every message up to this one, and knows that its own are stored. */
    boolean isUpTo(long top);

    /** Ends what goes on by itself. */
    default void close() {}
}
