package dev.parley;

/** Who is told what is said in a room. Called by one thread at a time; whatever it throws is logged, and the next one comes. */
@FunctionalInterface
public interface RoomListener {
    /** Somebody said something. */
    void message(Message message);

    /**
     * Messages are missing before the next one: the listener was too slow, or they are not kept any more.
     *
     * @param after where they begin: the last one before them
     */
    default void gap(Position after) {}

    /**
     * A message was erased: whoever has kept it forgets it. A message that was erased before it came is not told.
     *
     * @param messageId its {@link Position#message}
     */
    default void erased(String messageId) {}
}
