package dev.parley.api;

import dev.parley.protocol.CloseCode;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.LossReason;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One example of every message of {@code parley.v1}: the real text of a real message, from which documents are made. A test
 * holds them against the two families of messages.
 */
final class WireSamples {
    private static final Mark MARK = new Mark("k3f", 19, "k3f-news-19");
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private WireSamples() {}

    /** What a client says, by the name of its kind. */
    static Map<String, String> said() {
        Map<String, String> said = new LinkedHashMap<>();
        said.put("connect", "{\"id\":1,\"type\":\"connect\",\"token\":\"a credential\"}");
        said.put(
                "join",
                "{\"id\":2,\"type\":\"join\",\"room\":\"news\",\"since\":{\"epoch\":\"k3f\",\"seq\":17,\"message\":\"k3f-news-17\"},\"presence\":true}");
        said.put(
                "joins",
                "{\"id\":2,\"type\":\"join\",\"rooms\":[{\"room\":\"news\",\"presence\":true},{\"room\":\"board\",\"presence\":true}]}");
        said.put(
                "send",
                "{\"id\":3,\"type\":\"send\",\"room\":\"news\",\"key\":\"made by the client\",\"after\":\"key of the"
                        + " one before\",\"data\":\"any JSON value\"}");
        said.put("signal", "{\"id\":7,\"type\":\"signal\",\"room\":\"news\",\"data\":\"any JSON value\"}");
        said.put("presence", "{\"id\":8,\"type\":\"presence\",\"room\":\"news\",\"data\":\"any JSON value\"}");
        said.put("members", "{\"id\":9,\"type\":\"members\",\"room\":\"news\",\"after\":\"bob\",\"limit\":100}");
        said.put("history", "{\"id\":4,\"type\":\"history\",\"room\":\"news\",\"before\":18,\"limit\":50}");
        said.put("leave", "{\"id\":5,\"type\":\"leave\",\"room\":\"news\"}");
        said.put("refresh", "{\"id\":6,\"type\":\"refresh\",\"token\":\"a credential\"}");
        said.put("pong", "{\"type\":\"pong\"}");
        return said;
    }

    /** What a client is told. */
    static List<Outbound> told() {
        List<Outbound.Member> members = List.of(new Outbound.Member("bob", 2, "\"any JSON value\""));
        Outbound.Message message = new Outbound.Message("news", MARK, NOON, "bob", "c11", null, "\"any JSON value\"");
        return List.of(
                new Outbound.Welcome(
                        "1",
                        "c9f",
                        "alice",
                        Optional.of("~alice"),
                        Duration.ofSeconds(20),
                        Optional.of(NOON),
                        Optional.of(Duration.ofHours(1)),
                        new Outbound.Welcome.Limits(65_536, 20, 64)),
                new Outbound.Joined("2", "news", MARK, Outbound.Resume.LOST, LossReason.TRIMMED, 0),
                message,
                new Outbound.Erased("news", MARK, NOON, new Mark("k3f", 18, "k3f-news-18")),
                new Outbound.Ack("3", "news", MARK, false),
                new Outbound.Signal("news", "bob", "c11", "\"any JSON value\""),
                new Outbound.History("4", "news", List.of(message.text()), true),
                new Outbound.Left("5", "news", Outbound.Left.REMOVED),
                new Outbound.Refreshed("6", Optional.of(NOON), Optional.of(Duration.ofHours(1))),
                new Outbound.Members("news", members),
                new Outbound.Page("9", "news", members, 800, true),
                new Outbound.Crowd("news", 800),
                new Outbound.Presence("news", List.of("carol"), List.of("dave"), Map.of("carol", "\"any JSON value\"")),
                new Outbound.Failure("3", ErrorCode.RATE_LIMITED, Duration.ofMillis(1_500), "too fast"),
                new Outbound.Rejected("3", "rude", "please mind your words"),
                new Outbound.Gap("news"),
                new Outbound.Dropped("news", 7),
                new Outbound.Ping(),
                new Outbound.Bye(CloseCode.GOING_AWAY, true, Duration.ofMillis(500), Duration.ofSeconds(20)));
    }
}
