package dev.parley;

/**
 * Who is told what happens, without an observer of CDI: a service of {@link java.util.ServiceLoader}, a CDI bean, or given to
 * {@link Parley#configure}. See {@link ParleyEvent} for what it may rely on. What it throws is logged, and the next event comes.
 *
 * @param <E> the kind of event; {@link RoomEvent} or {@link ParleyEvent} for several
 */
public interface ParleyListener<E extends ParleyEvent> {
    /** The kind of event. Read once. */
    Class<E> type();

    /** The rooms, as of {@link RoomPolicy#rooms}; all, if left out. Read once. */
    default String rooms() {
        return "*";
    }

    /** It has happened. */
    void happened(E event);
}
