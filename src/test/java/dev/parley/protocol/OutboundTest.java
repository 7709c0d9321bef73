package dev.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OutboundTest {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Mark MARK = new Mark("k3f", 19, "01K");

    @Test
    void messagesAreWrittenToTheByte() {
        assertThat(new Outbound.Welcome(
                                "1",
                                "c9f",
                                "alice",
                                Optional.of("~alice"),
                                Duration.ofSeconds(20),
                                Optional.of(NOON),
                                Optional.of(Duration.ofMillis(3_599_900)),
                                new Outbound.Welcome.Limits(65536, 20, 64))
                        .text())
                .isEqualTo(
                        "{\"id\":1,\"type\":\"welcome\",\"connection\":\"c9f\",\"user\":\"alice\",\"inbox\":\"~alice\",\"heartbeat\":20,"
                                + "\"expires\":\"2026-06-01T12:00:00Z\",\"expiresIn\":3599,"
                                + "\"limits\":{\"messageBytes\":65536,\"messagesPerSecond\":20,\"rooms\":64},\"features\":"
                                + JsonText.of(Outbound.Welcome.FEATURES) + "}");
        assertThat(new Outbound.Joined("2", "news", MARK, Outbound.Resume.OK, null, 2).text())
                .isEqualTo(
                        "{\"id\":2,\"type\":\"joined\",\"room\":\"news\","
                                + "\"position\":{\"epoch\":\"k3f\",\"seq\":19,\"message\":\"01K\"},\"resume\":\"ok\",\"replayed\":2}");
        assertThat(new Outbound.Joined(null, "news", MARK, Outbound.Resume.LOST, LossReason.TOO_MANY, 0).text())
                .contains("\"resume\":\"lost\",\"reason\":\"too-many\",\"replayed\":0");
        assertThat(new Outbound.Message("news", MARK, NOON, "bob", "c11", null, "{ \"a\": 1}").text())
                .isEqualTo(
                        "{\"type\":\"message\",\"room\":\"news\",\"seq\":19,\"message\":\"01K\","
                                + "\"at\":\"2026-06-01T12:00:00Z\",\"from\":{\"user\":\"bob\",\"connection\":\"c11\"},\"data\":{ \"a\": 1}}");
        assertThat(new Outbound.Message("news", MARK, NOON, "7", "c1", "left", "null").text())
                .endsWith("\"event\":\"left\",\"data\":null}");
        assertThat(new Outbound.Ack("3", "news", MARK, false).text())
                .isEqualTo("{\"id\":3,\"type\":\"ack\",\"room\":\"news\","
                        + "\"position\":{\"epoch\":\"k3f\",\"seq\":19,\"message\":\"01K\"},\"duplicate\":false}");
        List<Outbound.Member> members = List.of(new Outbound.Member("bob", 2, ""), new Outbound.Member("\"", 1, ""));
        assertThat(new Outbound.Members("news", members).text())
                .isEqualTo("{\"type\":\"members\",\"room\":\"news\",\"members\":"
                        + "[{\"user\":\"bob\",\"connections\":2},{\"user\":\"\\\"\",\"connections\":1}]}");
        assertThat(new Outbound.Presence("news", List.of("carol"), List.of(), Map.of()).text())
                .isEqualTo("{\"type\":\"presence\",\"room\":\"news\",\"joined\":[\"carol\"],\"left\":[]}");
        assertThat(new Outbound.Presence("news", List.of(), List.of(), Map.of("bob", "")).text())
                .endsWith("\"left\":[],\"changed\":[{\"user\":\"bob\",\"data\":null}]}");
        assertThat(new Outbound.Page("9", "news", List.of(new Outbound.Member("bob", 1, "{}")), 800, true).text())
                .isEqualTo("{\"id\":9,\"type\":\"members\",\"room\":\"news\",\"members\":"
                        + "[{\"user\":\"bob\",\"connections\":1,\"data\":{}}],\"count\":800,\"more\":true}");
        assertThat(new Outbound.History("4", "news", List.of("{}", "{}"), true).text())
                .isEqualTo("{\"id\":4,\"type\":\"history\",\"room\":\"news\",\"messages\":[{},{}],\"more\":true}");
        assertThat(new Outbound.Left("5", "news", null).text())
                .isEqualTo("{\"id\":5,\"type\":\"left\",\"room\":\"news\"}");
        assertThat(new Outbound.Left(null, "news", Outbound.Left.REMOVED).text())
                .isEqualTo("{\"type\":\"left\",\"room\":\"news\",\"reason\":\"removed\"}");
        assertThat(new Outbound.Rejected("3", "rude", "mind your words").text())
                .isEqualTo("{\"id\":3,\"type\":\"error\",\"code\":\"rejected\",\"retry\":false,\"reason\":\"rude\","
                        + "\"message\":\"mind your words\"}");
        assertThat(new Outbound.Refreshed("6", Optional.empty(), Optional.empty()).text())
                .isEqualTo("{\"id\":6,\"type\":\"refreshed\"}");
        assertThat(new Outbound.Failure("3", ErrorCode.RATE_LIMITED, Duration.ofMillis(1500), "too fast").text())
                .isEqualTo("{\"id\":3,\"type\":\"error\",\"code\":\"rate-limited\",\"retry\":true,\"after\":1500,"
                        + "\"message\":\"too fast\"}");
        assertThat(new Outbound.Gap("news").text()).isEqualTo("{\"type\":\"gap\",\"room\":\"news\"}");
        assertThat(new Outbound.Ping().text()).isEqualTo("{\"type\":\"ping\"}");
        assertThat(new Outbound.Bye(CloseCode.GOING_AWAY, true, Duration.ofMillis(500), Duration.ofSeconds(20)).text())
                .isEqualTo("{\"type\":\"bye\",\"code\":1001,\"reconnect\":true,\"after\":[500,20000]}");
    }

    @Test
    void whateverAUserIsCalledTheTextIsJson() {
        String text = new Outbound.Message("r", MARK, NOON, "\"\\\n\u0000\u2028😀", "c", null, "1").text();

        assertThat(Json.parse(text)
                        .orElseThrow()
                        .members()
                        .orElseThrow()
                        .get("from")
                        .members()
                        .orElseThrow()
                        .get("user")
                        .string())
                .contains("\"\\\n\u0000\u2028😀");
    }
}
