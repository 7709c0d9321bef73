package dev.parley.protocol;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a text of {@code parley.v1} so that it can be an event of a stream: its type, and where it leaves the client
 * in the log of a room. Immutable.
 *
 * @param type as it is in the text
 * @param room empty if it is of none
 * @param mark where it stands; without an epoch, except of {@code joined}; null if nowhere
 * @param isBehind whether what was missed comes behind it, so that its client is not yet at the mark
 */
public record Cue(String type, String room, @Nullable Mark mark, boolean isBehind) {
    /** What stands at the beginning, as {@link Outbound} writes it; what somebody has said comes later, and is not looked at. */
    private static final Pattern BEGINNING = Pattern.compile("\\{(?:\"id\":-?[0-9]+,)?\"type\":\"([a-z-]+)\""
            + "(?:,\"room\":\"([^\"\\\\]*)\")?"
            + "(?:,\"position\":\\{\"epoch\":\"([^\"\\\\]*)\")?"
            + "(?:,\"seq\":([0-9]{1,18}),\"message\":\"([^\"\\\\]*)\")?"
            + "(?:},\"resume\":\"(ok)\")?");

    private static final String JOINED = "joined";

    /** Of any text; what is none of ours is of type {@code text}. */
    public static Cue of(String text) {
        Matcher matcher = BEGINNING.matcher(text);
        if (!matcher.lookingAt()) {
            return new Cue("text", "", null, false);
        }
        String room = matcher.group(2);
        String epoch = matcher.group(3);
        String seq = matcher.group(4);
        return new Cue(
                matcher.group(1),
                room == null ? "" : room,
                seq == null ? null : new Mark(epoch == null ? "" : epoch, Long.parseLong(seq), matcher.group(5)),
                matcher.group(6) != null);
    }

    /** Moves its room's place among those where a client is; false if it stays. */
    public boolean move(Map<String, Mark> places) {
        Mark before = places.get(room);
        Mark after = null;
        if (mark == null || room.isEmpty()) {
            return false;
        } else if (type.equals(JOINED)) {
            after = isBehind && before != null ? null : mark;
        } else if (before != null && mark.seq() > before.seq()) {
            after = new Mark(before.epoch(), mark.seq(), mark.message());
        }
        if (after != null) {
            places.put(room, after);
        }
        return after != null;
    }
}
