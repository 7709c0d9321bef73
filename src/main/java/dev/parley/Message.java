package dev.parley;

import java.time.Instant;

/**
 * What was said in a room.
 *
 * @param position where it stands; its {@code message} is the id
 * @param at when it was stored, by the engine's clock
 * @param from who said it
 * @param data what was said; of a text client, a JSON string
 */
public record Message(Position position, Instant at, Author from, Json data) {
    /**
     * Who says something.
     *
     * @param user the name that others see
     * @param connection the connection that it came over; {@code http} or {@code application} if it was none
     */
    public record Author(String user, String connection) {}
}
