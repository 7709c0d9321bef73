package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies;
import dev.parley.guide.Guide;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Route;
import dev.parley.node.Budget;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import dev.parley.protocol.Outbound;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import dev.parley.session.Routes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AsyncApiTest {
    private final Workers workers = new Workers();
    private final Rooms rooms = new Rooms(
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE)),
            workers,
            10,
            id -> Overflow.CLOSE,
            new Budget(Long.MAX_VALUE),
            1_000);
    private final String text = JsonText.of(
            AsyncApi.document(Guide.ENDPOINTS.stream().map(this::route).toList(), "/parley", 1_000, "1"));

    private Route route(Class<?> endpoint) {
        ConnectionManager connections = new ConnectionManager(
                new ConnectionManager.Limits(10, 10, 1_000, Duration.ofSeconds(10), Duration.ofSeconds(20)),
                workers,
                null,
                new Budget(Long.MAX_VALUE),
                System::nanoTime);
        Dependencies dependencies = Dependencies.none()
                .with(Rooms.class, rooms)
                .with(Policies.class, Policies.of(List.of(), null, Duration.ZERO, Thread::new, workers));
        return new Routes(connections, true, Routes.Injection.NONE).to(endpoint, dependencies, 1_000);
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

    @Test
    void channelIsWhatTheEndpointDeclares() {
        Map<String, Json> channels = members("channels");
        assertThat(channels).containsOnlyKeys("echo", "item", "chat");
        Map<String, Json> item = channels.get("item").members().orElseThrow();
        assertThat(item.get("address").string()).contains("/items/{item_id}/ws");
        assertThat(item.get("parameters").members().orElseThrow()).containsOnlyKeys("item_id");
        assertThat(item.get("bindings").source()).contains("\"q\":");
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        var references = Pattern.compile("\"\\$ref\":\"#/([^\"]+)\"").matcher(text);
        int found = 0;
        while (references.find()) {
            found++;
            Json at = Json.parse(text).orElseThrow();
            for (String step : references.group(1).split("/")) {
                at = at.members().orElseThrow().get(step);
                assertThat(at).as(references.group(1)).isNotNull();
            }
        }
        assertThat(found).isGreaterThan(6);
    }

    private Map<String, Json> members(String name) {
        return Json.parse(text)
                .flatMap(Json::members)
                .map(document -> document.get(name))
                .flatMap(Json::members)
                .orElseThrow();
    }
}
