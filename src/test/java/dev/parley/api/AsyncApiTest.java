package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies;
import dev.parley.guide.Guide;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.RoleNames;
import dev.parley.handshake.Route;
import dev.parley.handshake.TokenVerifier;
import dev.parley.handshake.security.SharedTickets;
import dev.parley.handshake.security.Tickets;
import dev.parley.node.Budget;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import dev.parley.session.RoomsEndpoint;
import dev.parley.session.Routes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AsyncApiTest {
    private final Workers workers = new Workers();
    private final MemoryBackplane backplane =
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Rooms rooms =
            new Rooms(backplane, workers, 10, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), 1_000);
    private final String text = JsonText.of(
            AsyncApi.document(Guide.ENDPOINTS.stream().map(this::route).toList(), "/parley", 1_000, "1"));

    private final String document = JsonText.of(AsyncApi.document(
            List.of(making().at(
                            "/rooms",
                            RoomsEndpoint.class,
                            List.of("parley.v1"),
                            () -> {
                                throw new AssertionError("nobody connects");
                            },
                            Dependencies.none()
                                    .with(TokenVerifier.class, token -> new TokenVerifier.Verdict.Rejected("none"))
                                    .with(Tickets.class, new SharedTickets(backplane, new Budget(Long.MAX_VALUE)))
                                    .with(RoleNames.class, Set::of),
                            1_000,
                            10)),
            "",
            1_000,
            "1"));

    private Routes making() {
        ConnectionManager connections = new ConnectionManager(
                new ConnectionManager.Limits(10, 10, 1_000, Duration.ofSeconds(10), Duration.ofSeconds(20)),
                workers,
                null,
                new Budget(Long.MAX_VALUE),
                System::nanoTime);
        return new Routes(connections, true, Routes.Injection.NONE);
    }

    private Route route(Class<?> endpoint) {
        Dependencies dependencies = Dependencies.none()
                .with(Rooms.class, rooms)
                .with(Policies.class, Policies.of(List.of(), null, Duration.ZERO, Thread::new, workers));
        return making().to(endpoint, dependencies, 1_000);
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    /** A kind of message that has no example here is missing in the document. */
    @Test
    void everyMessageOfTheProtocolHasAnExampleThatIsReallyOne() {
        Set<Class<?>> said = new HashSet<>();
        WireSamples.said().forEach((word, sample) -> {
            Inbound understood = Inbound.parse(sample);
            assertThat(understood.getClass().getSimpleName()).isEqualToIgnoringCase(word);
            said.add(understood.getClass());
        });
        Set<Class<?>> all = new HashSet<>(Arrays.asList(Inbound.class.getPermittedSubclasses()));
        all.remove(Inbound.Malformed.class);
        assertThat(said).isEqualTo(all);

        Set<Class<?>> told = new HashSet<>();
        WireSamples.told().forEach(sample -> told.add(sample.getClass()));
        assertThat(told).isEqualTo(new HashSet<>(Arrays.asList(Outbound.class.getPermittedSubclasses())));
    }

    /** Whatever the rooms are told in the least words holds what the document says is always there, and nothing that it does not name. */
    @Test
    void whatIsRequiredIsAlwaysThereAndWhatMayBeMissingIsNamed() {
        Mark mark = new Mark("k3f", 19, "m");
        Outbound.Message message = new Outbound.Message("news", mark, Instant.EPOCH, "bob", "c", null, "[]");
        List<Outbound> least = new ArrayList<>(WireSamples.told());
        least.addAll(List.of(
                new Outbound.Welcome(
                        null,
                        "c",
                        "a",
                        Optional.empty(),
                        Duration.ofSeconds(20),
                        Optional.empty(),
                        Optional.empty(),
                        new Outbound.Welcome.Limits(1, 1, 1)),
                new Outbound.Joined(null, "news", mark, Outbound.Resume.NONE, null, 0),
                message,
                new Outbound.Message("news", mark, Instant.EPOCH, "bob", "c", "left", "null"),
                new Outbound.Ack(null, "news", mark, true),
                new Outbound.History(null, "news", List.of(message.text()), false),
                new Outbound.Left(null, "news", null),
                new Outbound.Refreshed(null, Optional.empty(), Optional.empty()),
                new Outbound.Failure(null, ErrorCode.FORBIDDEN, null, "no"),
                new Outbound.Rejected(null, "rude", "no")));
        for (Outbound told : least) {
            assertThat(schema(AsyncApi.nameOf(told)).flaws(told.text()))
                    .as(told.text())
                    .isEmpty();
        }
    }

    /** And what a client leaves out that it may leave out is understood; nothing else. */
    @Test
    void whatAClientMayLeaveOutIsUnderstoodWithoutIt() {
        WireSamples.said().forEach((word, sample) -> {
            String name = "client." + word;
            assertThat(schema(name).flaws(sample)).isEmpty();
            Map<String, Json> members =
                    Json.parse(sample).flatMap(Json::members).orElseThrow();
            for (String member : members.keySet()) {
                Map<String, Object> rest = new LinkedHashMap<>();
                members.forEach((other, value) -> {
                    if (!other.equals(member)) {
                        rest.put(other, new JsonText.Verbatim(value.source()));
                    }
                });
                boolean isUnderstood = !(Inbound.parse(JsonText.of(rest)) instanceof Inbound.Malformed);
                assertThat(schema(name).flaws(JsonText.of(rest)).isEmpty())
                        .as(name + " without " + member)
                        .isEqualTo(isUnderstood);
            }
        });
    }

    @Test
    void everyMessageIsDescribedAndTheChannelSaysHowToResume() {
        Map<String, Json> messages = roomsMessages();
        messages.forEach((name, message) -> assertThat(message.members()
                        .orElseThrow()
                        .get("description")
                        .string()
                        .orElseThrow())
                .as(name)
                .hasSizeGreaterThan(10));
        assertThat(WireRules.MEANINGS.keySet()).isEqualTo(messages.keySet());
        assertThat(messages.keySet()).containsAll(WireRules.OPTIONAL.keySet());
        assertThat(document).contains("joins again with this position as `since`");
    }

    private Map<String, Json> roomsMessages() {
        Map<String, Json> messages = Json.parse(document)
                .flatMap(Json::members)
                .map(document -> document.get("components"))
                .flatMap(Json::members)
                .map(components -> components.get("messages"))
                .flatMap(Json::members)
                .orElseThrow();
        messages.remove("text");
        return messages;
    }

    private Schema schema(String message) {
        return Schema.in(
                document, roomsMessages().get(message).members().orElseThrow().get("payload"));
    }

    @Test
    void channelIsWhatTheEndpointDeclares() {
        Map<String, Json> channels = members("channels");
        assertThat(channels).containsOnlyKeys("echo", "item", "chat");
        Map<String, Json> item = channels.get("item").members().orElseThrow();
        assertThat(item.get("address").string()).contains("/items/{item_id}/ws");
        assertThat(item.get("parameters").members().orElseThrow()).containsOnlyKeys("item_id");
        assertThat(item.get("bindings").source()).contains("\"q\":", "\"token\":", "\"Cookie\":");
        assertThat(channels.get("chat").source())
                .as("what its dependency reads")
                .contains("\"room\":");
        assertThat(document).contains("\"ticket\":", "\"token\":", "\"const\":\"parley.v1\"");
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        assertThat(Schema.references(text)).isGreaterThan(6);
    }

    private Map<String, Json> members(String name) {
        return Json.parse(text)
                .flatMap(Json::members)
                .map(document -> document.get(name))
                .flatMap(Json::members)
                .orElseThrow();
    }
}
