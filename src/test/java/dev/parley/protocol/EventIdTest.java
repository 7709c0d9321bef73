package dev.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.protocol.Outbound.Joined;
import dev.parley.protocol.Outbound.Message;
import dev.parley.protocol.Outbound.Resume;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EventIdTest {
    private final Map<String, Mark> places = new LinkedHashMap<>();

    @Test
    void anIdIsOneWordAndSaysWhereItsClientWasInEachRoom() {
        places.put("news", new Mark("k3f", 18, "1690-0"));
        places.put("~=w6kg", new Mark("", 0, ""));

        String id = EventId.of(places);

        assertThat(id).matches("[A-Za-z0-9_-]+");
        assertThat(EventId.parse(id)).contains(places);
        assertThat(EventId.parse("")).contains(Map.of());
    }

    @Test
    void whatIsNoIdIsNotTakenForOne() {
        for (String other : List.of("18", "é", "a=b", "bmV3cwo", EventId.of(Map.of("r", new Mark("e", -1, "m"))))) {
            assertThat(EventId.parse(other)).as(other).isEmpty();
        }
    }

    @Test
    void aClientIsWhereItHasJoinedAndMovesWithEachMessage() {
        assertThat(told(joined("news", 19, Resume.NONE))).isTrue();
        assertThat(places).containsEntry("news", new Mark("k3f", 19, "m19"));
        assertThat(told(message("news", 20))).isTrue();
        assertThat(told(message("news", 20))).as("the same again").isFalse();
        assertThat(told(message("elsewhere", 1))).as("it is not there").isFalse();
        assertThat(places).containsExactly(Map.entry("news", new Mark("k3f", 20, "m20")));
    }

    /** It would miss for ever what it has not had yet when the stream breaks off between the answer and what was missed. */
    @Test
    void whoComesBackIsStillWhereItWasUntilItHasWhatItMissed() {
        places.put("news", new Mark("k3f", 17, "m17"));

        assertThat(told(joined("news", 19, Resume.OK))).isFalse();
        assertThat(places.get("news").seq()).isEqualTo(17);
        told(message("news", 18));
        assertThat(places.get("news")).isEqualTo(new Mark("k3f", 18, "m18"));
    }

    @Test
    void whoHasLostSomethingGoesOnFromThePresent() {
        places.put("news", new Mark("old", 170, "m"));

        assertThat(told(joined("news", 19, Resume.LOST))).isTrue();
        assertThat(places.get("news")).isEqualTo(new Mark("k3f", 19, "m19"));
    }

    @Test
    void whatSomebodyHasSaidMovesNobody() {
        places.put("news", new Mark("k3f", 1, "m"));
        Message sly = new Message(
                "news", new Mark("k3f", 2, "m2"), Instant.EPOCH, "eve", "c", null, "{\"seq\":99,\"message\":\"x\"}");

        assertThat(Cue.of(sly.text())).isEqualTo(new Cue("message", "news", new Mark("", 2, "m2"), false));
        assertThat(Cue.of("{\"data\":{\"type\":\"message\",\"room\":\"news\",\"seq\":9}}")
                        .move(places))
                .isFalse();
    }

    @Test
    void theRestHasATypeAndNoPlace() {
        assertThat(Cue.of(new Outbound.Ping().text()).type()).isEqualTo("ping");
        assertThat(Cue.of(new Outbound.Gap("news").text())).isEqualTo(new Cue("gap", "news", null, false));
        Outbound.Bye bye = new Outbound.Bye(CloseCode.GOING_AWAY, true, Duration.ofMillis(500), Duration.ofSeconds(20));
        assertThat(Cue.of(bye.text()).type()).isEqualTo("bye");
        assertThat(Outbound.Bye.range(bye.text())).contains(List.of(500, 20_000));
        assertThat(Outbound.Bye.text(CloseCode.SLOW))
                .isEqualTo("{\"type\":\"bye\",\"code\":4001,\"reason\":\"too slow\",\"reconnect\":true}");
        assertThat(Outbound.Bye.text(CloseCode.REMOVED)).contains("\"reconnect\":false");
    }

    private boolean told(Outbound outbound) {
        return Cue.of(outbound.text()).move(places);
    }

    private static Joined joined(String room, long seq, Resume resume) {
        LossReason lost = resume == Resume.LOST ? LossReason.EPOCH : null;
        return new Joined("3", room, new Mark("k3f", seq, "m" + seq), resume, lost, resume == Resume.OK ? 2 : 0);
    }

    private static Message message(String room, long seq) {
        return new Message(room, new Mark("k3f", seq, "m" + seq), Instant.EPOCH, "bob", "c11", null, "1");
    }
}
