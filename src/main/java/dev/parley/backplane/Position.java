package dev.parley.backplane;

/**
 * A place in the log of a room.
 *
 * @param epoch changes when the log begins anew; without it, a log that came back shorter would reuse numbers unnoticed
 * @param seq 1, 2, 3 … without a hole inside an epoch; 0 is before the first message
 * @param message the id of the message at {@code seq}, by which a log that was rolled back and went on differently is noticed;
 *     empty at 0, and where it is not known, and then nothing is compared
 */
public record Position(String epoch, long seq, String message) {
    /** Before all that any log holds: of no epoch, so that reading begins with the oldest entry that is kept. */
    public static final Position ORIGIN = new Position("", 0, "");
}
