package dev.parley;

/**
 * Who may do what in some rooms, and what may be said there: a CDI bean, or a service of {@link java.util.ServiceLoader}.
 *
 * <p>Of several policies whose patterns match a room, the one with the most specific pattern decides: the one with more letters
 * outside of {@code *} and variables, then the one with fewer {@code *}, then the one with fewer variables. The file of
 * {@code parley.room-rules} is one of them, as specific as its most specific line for the room. What no policy decides is denied.
 * A policy that leaves out a method leaves that question to the next one.
 *
 * <p><b>Threads.</b> Both methods may block, for instance on a database. They are called by several threads at once, 8 for each
 * policy, which are Parley's own; never by a thread of the server's or of an engine. A policy that does not answer holds up
 * nobody who needs another one.
 *
 * <p><b>Failure.</b> Where a policy throws, answers null, has not answered within 5 seconds, or has 256 questions waiting, nothing
 * is allowed and nothing is stored. Whoever asked is answered with {@code overloaded}, which says to try again.
 */
public interface RoomPolicy {
    /**
     * The rooms that it decides about: a room's name, in which {@code *} stands for any letters, none included, and
     * {@code {variable}} for one or more, as in {@code order-{id}}. All rooms, if left out. Read once.
     *
     * <p>A name can be read in one way only. A variable never reaches across the letter that follows it, nor, after a {@code *},
     * across the letter before it. A pattern that would have to be guessed at, such as {@code {a}{b}}, stops the start.
     */
    default String rooms() {
        return "*";
    }

    /**
     * Whether somebody may do something in a room; each {@link Action} is asked about by itself, so one who may send may signal only if
     * this says so. The answer is kept for {@code parley.policy-cache}, 5 seconds unless set; so a
     * right that is taken away may be used for that long, unless the room is rechecked.
     */
    default boolean allows(Caller caller, Action action, RoomName room) {
        throw new Undecided();
    }

    /**
     * What becomes of a message, before it is stored. Asked for each message, of whoever may send. Not asked about what text clients
     * of the guide's chat say who may not send at all, nor about what the application itself publishes.
     *
     * @param caller its author
     * @param data as it was written
     */
    default Verdict accept(Caller caller, RoomName room, Json data) {
        throw new Undecided();
    }

    /** Thrown by the methods that a policy leaves out: the next policy decides. */
    final class Undecided extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Undecided() {
            super("the next policy decides", null, false, false);
        }
    }
}
