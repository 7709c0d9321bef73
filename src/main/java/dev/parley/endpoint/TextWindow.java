package dev.parley.endpoint;

/**
 * In which words clients of a {@link TextSeat} read what happens in a room. Each is asked for once for all who read in the same
 * words, so there should be one object, which is stateless and fast.
 */
public interface TextWindow {
    /** Somebody has said something: a text, or what is no text as JSON. */
    String message(String user, String text);

    /** Somebody who might speak has gone. */
    String left(String user);

    /** To an author alone, right before the message itself: it is stored. */
    String acknowledged(String text);
}
