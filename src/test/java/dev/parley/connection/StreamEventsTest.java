package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.protocol.EventId;
import dev.parley.protocol.Mark;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StreamEventsTest {
    private static final Mark HERE = new Mark("e", 1, "m1");

    private final Outgoing message =
            new Outgoing("{\"type\":\"message\",\"room\":\"a\",\"seq\":2,\"message\":\"m2\",\"data\":1}");

    @Test
    void streamsThatAreAtTheSamePlaceInTheSameRoomShareAnEvent() {
        byte[] event = new StreamEvents(Map.of("a", HERE)).of(message);

        assertThat(event).asString(StandardCharsets.UTF_8).startsWith("id: " + id(Map.of("a", new Mark("e", 2, "m2"))));
        assertThat(new StreamEvents(Map.of("a", HERE)).of(message)).isSameAs(event);
    }

    @Test
    void streamsOfAnotherEpochOrOfMoreRoomsHaveTheirOwn() {
        byte[] unused = new StreamEvents(Map.of("a", HERE)).of(message);

        Mark elsewhere = new Mark("f", 1, "m1");
        assertThat(new StreamEvents(Map.of("a", elsewhere)).of(message))
                .asString(StandardCharsets.UTF_8)
                .startsWith("id: " + id(Map.of("a", new Mark("f", 2, "m2"))));
        byte[] both = new StreamEvents(Map.of("a", HERE, "b", elsewhere)).of(message);
        String line =
                new String(both, StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
        assertThat(EventId.parse(line.substring("id: ".length())))
                .contains(Map.of("a", new Mark("e", 2, "m2"), "b", elsewhere));
    }

    @Test
    void whatMovesNothingHasNoId() {
        Outgoing earlier =
                new Outgoing("{\"type\":\"message\",\"room\":\"a\",\"seq\":1,\"message\":\"m1\",\"data\":1}");

        assertThat(new StreamEvents(Map.of("a", HERE)).of(earlier))
                .asString(StandardCharsets.UTF_8)
                .startsWith("event: message\ndata: ");
    }

    private static String id(Map<String, Mark> places) {
        return EventId.of(places) + "\nevent: message\ndata: ";
    }
}
