package dev.parley;

import java.util.function.Consumer;

/** What an application adds to Parley by {@link Parley#configure}. */
public interface Options {
    /**
     * A policy besides those that are services and beans.
     *
     * @throws IllegalArgumentException if its rooms are no pattern
     */
    Options policy(RoomPolicy policy);

    /**
     * A listener besides those that are services and beans.
     *
     * @throws IllegalArgumentException if its rooms are no pattern, or it is one of what happens to connections, which are in no room
     */
    Options listener(ParleyListener<?> listener);

    /** The same, of one kind of event in some rooms; {@code *} for all. */
    default <E extends ParleyEvent> Options listener(Class<E> type, String rooms, Consumer<? super E> told) {
        return listener(new ParleyListener<E>() {
            @Override
            public Class<E> type() {
                return type;
            }

            @Override
            public String rooms() {
                return rooms;
            }

            @Override
            public void happened(E event) {
                told.accept(event);
            }

            @Override
            public String toString() {
                return "of " + type.getSimpleName() + " in " + rooms;
            }
        });
    }
}
