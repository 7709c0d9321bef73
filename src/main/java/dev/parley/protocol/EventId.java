package dev.parley.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The id of an event of a stream: where its client is in each of its rooms, as one word that is nobody's to read. Clients send the last
 * one back when they return.
 */
public final class EventId {
    private static final int FIELDS = 4;
    private static final String BETWEEN = "\n"; // in no name and in nothing that an engine makes

    private EventId() {}

    public static String of(Map<String, Mark> places) {
        StringBuilder text = new StringBuilder();
        places.forEach((room, mark) -> text.append(text.isEmpty() ? "" : BETWEEN)
                .append(String.join(BETWEEN, room, mark.epoch(), Long.toString(mark.seq()), mark.message())));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The places by room; nothing if it is no such id. */
    public static Optional<Map<String, Mark>> parse(String id) {
        Map<String, Mark> places = new LinkedHashMap<>();
        if (id.isEmpty()) {
            return Optional.of(places);
        }
        try {
            String[] fields = new String(Base64.getUrlDecoder().decode(id), StandardCharsets.UTF_8).split(BETWEEN, -1);
            for (int i = 0; i < fields.length; i += FIELDS) {
                places.put(fields[i], new Mark(fields[i + 1], seq(fields[i + 2]), fields[i + 3]));
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException other) {
            return Optional.empty();
        }
        return Optional.of(places);
    }

    private static long seq(String text) {
        long seq = Long.parseLong(text);
        if (seq < 0) {
            throw new NumberFormatException(text);
        }
        return seq;
    }
}
