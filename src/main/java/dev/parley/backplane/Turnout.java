package dev.parley.backplane;

import java.util.List;

/**
 * Who has come to a room and who has gone, since this was last told on any node. Users, however many connections they have. Immutable.
 *
 * @param wasEmpty whether nobody was in before
 * @param left who was in, and is not
 * @param joined who is in, and was not; somebody of them may have left before, and come back
 * @param isEmpty whether nobody is in now
 */
public record Turnout(boolean wasEmpty, List<String> left, List<String> joined, boolean isEmpty) {
    public Turnout {
        left = List.copyOf(left);
        joined = List.copyOf(joined);
    }

    /** Whether there is nothing to tell. */
    public boolean isNothing() {
        return left.isEmpty() && joined.isEmpty();
    }
}
