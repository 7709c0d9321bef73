package dev.parley.backplane.engine;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Entry;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import java.util.Set;

/** A shared engine, as a node sees it: where its connections come from. Thread-safe. */
public interface Engine extends AutoCloseable {
    /** Longer than this, no answer means that nobody is there. */
    int TIMEOUT_MILLIS = 4_000;

    /** Its name, without address or secret. */
    String name();

    /** Whether applications can leave something in it to be published; see {@link Link#takeIn}. */
    default boolean hasOutbox() {
        return false;
    }

    /**
     * Connects, within {@link #TIMEOUT_MILLIS}.
     *
     * @throws BackplaneException if the engine is there and set up such that it would lose messages
     */
    Link connect() throws LinkException;

    /** Connects, in order to listen to what happens in some rooms. */
    Listener listen(Set<RoomId> rooms) throws LinkException;

    @Override
    void close();

    /** A connection that listens. */
    interface Listener extends EngineConnection {
        /** Tells {@code events}, on this thread, until the connection ends; and at least every {@link #TIMEOUT_MILLIS} that it lives. */
        void listen(Events events, Runnable alive) throws LinkException;

        /** Listens to one more room, or one less. Called by one thread at a time, another than the one that listens. */
        void attend(RoomId room, boolean isWanted) throws LinkException;

        /**
         * Makes the engine say something, so that silence means that the connection is dead although nobody has closed it.
         * Called every {@link Engine#TIMEOUT_MILLIS} / 2, like {@link #attend}.
         */
        void probe() throws LinkException;
    }

    /** Who is told what happens. */
    interface Events {
        /** From now on nothing of this room is missed. */
        void listening(RoomId room);

        /** The entry itself. */
        void appended(RoomId room, Entry entry);

        /** There is something to read. */
        void grown(RoomId room);

        /**
         * Members have come or gone, or say something else.
         *
         * @param member the one who has, as {@link dev.parley.backplane.Membership#encoded}, of one connection in the order in which the
         *     engine knows it; anything else if it is not said who
         */
        void moved(RoomId room, String member);

        void said(String word);

        /** Something that nobody keeps. */
        void signalled(RoomId room, Signal signal);

        /** There is something in the outbox. */
        default void posted() {}
    }
}
