package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Peer;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.RecordedLog;
import dev.parley.handshake.ScriptedGate;
import dev.parley.library.LocalParley;
import dev.parley.node.Budget;
import dev.parley.node.Traces;
import dev.parley.node.Tracing;
import dev.parley.protocol.Inbound;
import dev.parley.room.GuideWindow;
import dev.parley.room.JsonMember;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import dev.parley.room.TextMember;
import dev.parley.session.EventStreams;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import jakarta.servlet.ServletContext;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which spans a message makes on its way, from each of the ways in to those who read it. */
@Timeout(60)
final class TracingTest {
    private static final RoomId LOBBY = new RoomId("lobby");

    private final Traces traces = Traces.begin();
    private final MemoryBackplane backplane =
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Node node = new Node("one", backplane);
    private final Rooms rooms =
            new Rooms(backplane, node.workers, 10, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    private final Peer reader = new Peer(node.workers);

    {
        TextMember unused = rooms.join(LOBBY, reader.connection(), "reader", GuideWindow.GUIDE, () -> true);
    }

    @AfterEach
    void stop() {
        node.close();
        backplane.close();
        traces.close();
    }

    private Call publish(String header) {
        Call call = Call.of("POST", "/rooms/lobby/messages")
                .by("ada", "parley-operator")
                .with("Content-Type", "application/json")
                .body("\"hello\"");
        return (header.isEmpty() ? call : call.with("traceparent", header)).to(node.servlet);
    }

    private static Tracing.@Nullable Origin origin(String header) {
        return Tracing.here().origin(name -> name.equals("traceparent") ? header : null);
    }

    private List<Entry> log() {
        return backplane
                .readBefore(LOBBY, Long.MAX_VALUE, 10, Long.MAX_VALUE)
                .toCompletableFuture()
                .join()
                .entries();
    }

    /** A child of its publishing, with a link to it, of the room's kind. */
    private static void assertDelivered(SpanData deliver, SpanData publish) {
        assertThat(deliver.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(deliver.getTraceId()).isEqualTo(publish.getTraceId());
        assertThat(deliver.getParentSpanId()).isEqualTo(publish.getSpanId());
        assertThat(Traces.links(deliver)).containsExactly(publish.getTraceId() + '-' + publish.getSpanId());
        assertThat(Traces.attribute(deliver, "messaging.operation.name")).isEqualTo("deliver");
        assertThat(Traces.attribute(deliver, "messaging.operation.type")).isEqualTo("process");
        assertThat(deliver.getEndEpochNanos()).isGreaterThanOrEqualTo(deliver.getStartEpochNanos());
    }

    @Test
    void whatIsPublishedOverHttpIsAPartOfTheCallersTraceUntilItIsDelivered() {
        Call call = publish(Traces.HEADER);

        assertThat(call.status()).isEqualTo(201);
        SpanData publish = traces.one("publish");
        String message = log().get(0).position().message();
        assertThat(publish.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(publish.getTraceId()).isEqualTo(Traces.TRACE);
        assertThat(publish.getParentSpanId()).isEqualTo(Traces.PARENT);
        assertThat(publish.getParentSpanContext().isRemote()).isTrue();
        assertThat(publish.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(Traces.attributes(publish))
                .isEqualTo(Map.of(
                        "messaging.system", "parley",
                        "messaging.operation.name", "publish",
                        "messaging.operation.type", "send",
                        "messaging.destination.name", "lobby",
                        "messaging.message.id", message));

        SpanData deliver = traces.one("deliver");
        assertDelivered(deliver, publish);
        assertThat(Traces.attributes(deliver))
                .containsEntry("messaging.destination.name", "lobby")
                .containsEntry("messaging.message.id", message)
                .containsEntry("messaging.parley.members", 1L);
        assertThat(reader.awaitLines(1)).containsExactly("Client #ada says: hello");
        assertThat(call.body()
                        + Call.get("/rooms/lobby/messages")
                                .by("ada", "parley-admin")
                                .to(node.servlet)
                                .body())
                .contains("hello")
                .doesNotContain(publish.getTraceId())
                .doesNotContain(publish.getSpanId());
        assertThat(traces.count()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01 ",
            })
    void withoutAGoodHeaderItIsATraceOfItsOwn(String header) {
        assertThat(publish(header).status()).isEqualTo(201);

        SpanData publish = traces.one("publish");
        assertThat(publish.getParentSpanContext().isValid()).isFalse();
        assertThat(publish.getLinks()).isEmpty();
        assertThat(publish.getTraceId()).isNotEqualTo(Traces.TRACE);
        assertDelivered(traces.one("deliver"), publish);
    }

    @Test
    void whatNobodyRecordsIsStoredAsIfThereWereNoTraces() {
        publish(Traces.HEADER.replace("-01", "-00"));
        traces.close();
        publish("");

        assertThat(reader.awaitLines(2)).hasSize(2);
        assertThat(log()).extracting(entry -> entry.draft().trace()).containsExactly("", "");
        assertThat(traces.count()).isZero();
    }

    /** It is the server's own, made of the same header, perhaps. */
    @Test
    void aSpanThatTheThreadIsInComesBeforeTheHeader() throws Exception {
        Span server =
                GlobalOpenTelemetry.getTracer("server").spanBuilder("POST").startSpan();
        Context.root().with(server).wrap(() -> publish(Traces.HEADER)).call();
        assertThat(traces.one("publish").getParentSpanId())
                .isEqualTo(server.getSpanContext().getSpanId());
    }

    @Test
    void aTracestateGoesAlongUnlessItIsLong() {
        for (String state :
                List.of("a=1,b=2", "a=" + "x".repeat(250) + ",b=" + "x".repeat(250) + ",c=" + "y".repeat(9))) {
            Call.of("POST", "/rooms/lobby/messages")
                    .by("ada", "parley-operator")
                    .with("Content-Type", "application/json")
                    .with("traceparent", Traces.HEADER)
                    .with("tracestate", state)
                    .body("1")
                    .to(node.servlet);
        }

        List<SpanData> delivered = traces.await("deliver", 2);
        assertThat(delivered.get(0).getSpanContext().getTraceState().asMap()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(delivered.get(1).getSpanContext().getTraceState().isEmpty()).isTrue();
        assertThat(delivered.get(1).getTraceId()).isEqualTo(Traces.TRACE);
    }

    @Test
    void theSameInSeveralRoomsIsOneSpanAndADeliveryInEach() {
        Peer other = new Peer(node.workers);
        TextMember unused = rooms.join(new RoomId("attic"), other.connection(), "other", GuideWindow.GUIDE, () -> true);
        Call.of("POST", "/messages")
                .by("ada", "parley-operator")
                .with("Content-Type", "application/json")
                .with("traceparent", Traces.HEADER)
                .body("{\"rooms\":[\"lobby\",\"attic\"],\"data\":1}")
                .to(node.servlet);

        List<SpanData> delivered = traces.await("deliver", 2);
        SpanData publish = traces.one("publish");
        assertThat(Traces.attributes(publish))
                .containsEntry("messaging.batch.message_count", 2L)
                .doesNotContainKeys("messaging.destination.name", "messaging.message.id");
        delivered.forEach(deliver -> assertDelivered(deliver, publish));
        assertThat(delivered)
                .extracting(deliver -> Traces.attribute(deliver, "messaging.destination.name"))
                .containsExactlyInAnyOrder("lobby", "attic");
    }

    @Test
    void whoseInboxItIsStandsInNoSpan() {
        assertThat(Call.of("POST", "/users/carol/messages")
                        .by("ada", "parley-operator")
                        .with("Content-Type", "application/json")
                        .with("traceparent", Traces.HEADER)
                        .body("1")
                        .to(node.servlet)
                        .status())
                .isEqualTo(201);

        assertThat(Traces.attributes(traces.one("publish")))
                .containsEntry("messaging.destination.template", "~{user}")
                .doesNotContainKey("messaging.destination.name");
    }

    @Test
    void whatCouldNotBeStoredSaysSo() {
        backplane.close();
        assertThat(publish(Traces.HEADER).status()).isEqualTo(503);

        SpanData publish = traces.one("publish");
        assertThat(publish.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(Traces.attribute(publish, "error.type")).isEqualTo("dev.parley.backplane.BackplaneException");
        assertThat(traces.named("deliver")).isEmpty();
    }

    @Test
    void whatAnSdkThrowsHurtsNoMessage() {
        try (RecordedLog log = RecordedLog.of(Tracing.class.getName())) {
            traces.fail();
            assertThat(publish(Traces.HEADER).status()).isEqualTo(201);
            Draft traced = new Draft("k", new Draft.Author("bob", "b"), Draft.Kind.JSON, "2", Traces.HEADER);
            backplane.append(LOBBY, traced);

            assertThat(reader.awaitLines(2)).containsExactly("Client #ada says: hello", "Client #bob says: 2");
            assertThat(log.lines().toString()).contains("a span is missing");
        }
        assertThat(traces.count()).isZero();
    }

    /** Its members are told by Rooms, and a node may be told by others what it does not record itself. */
    @Test
    void whatAnotherNodePublishedIsDeliveredHere() {
        Draft traced = new Draft("k", new Draft.Author("bob", "b"), Draft.Kind.JSON, "2", Traces.HEADER);
        backplane.append(LOBBY, traced);
        backplane.append(
                LOBBY, new Draft("l", traced.author(), traced.kind(), "3", "what no node of ours has written"));

        SpanData deliver = traces.one("deliver");
        assertThat(deliver.getTraceId()).isEqualTo(Traces.TRACE);
        assertThat(deliver.getParentSpanId()).isEqualTo(Traces.PARENT);
        assertThat(reader.awaitLines(2)).hasSize(2);
        assertThat(traces.count()).isEqualTo(1);
    }

    @Test
    void whatASocketSaysIsATraceOfItsOwnWithALinkToItsHandshake() {
        for (boolean isJson : new boolean[] {true, false}) {
            Peer peer = new Peer(node.workers);
            peer.connection().publishesFor(origin(Traces.HEADER).linked());
            traces.close();
            try (Traces again = Traces.begin()) {
                if (isJson) {
                    JsonMember member = rooms.speaker(LOBBY, peer.connection(), "alice");
                    member.send("1", Draft.Origin.VISITOR, "k", null, "1");
                } else {
                    TextMember member = rooms.join(LOBBY, peer.connection(), "bob", GuideWindow.GUIDE, () -> true);
                    member.say("2");
                    peer.connection().gone(); // leaving is no message
                }
                SpanData deliver = again.one("deliver");
                SpanData publish = again.one("publish");
                assertThat(publish.getParentSpanContext().isValid()).isFalse();
                assertThat(Traces.links(publish)).containsExactly(Traces.TRACE + '-' + Traces.PARENT);
                assertDelivered(deliver, publish);
                assertThat(again.count()).isEqualTo(2);
            }
        }
        assertThat(reader.awaitLines(3).get(2)).contains("left");
    }

    @Test
    void whatASocketSaysWithoutAHeaderIsNobodysTrace() {
        Peer peer = new Peer(node.workers);
        rooms.join(LOBBY, peer.connection(), "bob", GuideWindow.GUIDE, () -> true)
                .say("2");

        assertThat(reader.awaitLines(1)).hasSize(1);
        assertThat(traces.count()).isZero();
    }

    @Test
    void whatIsSaidBesideAStreamIsAPartOfTheCallersTrace() throws Exception {
        record Visit() {}
        Handshake handshake = ScriptedGate.handshake(TracingTest.class, new Visit(), origin(Traces.HEADER));
        CompletableFuture<String> answer = new CompletableFuture<>();
        new EventStreams(node.connections, node.dialogues)
                .say(
                        handshake,
                        Optional.empty(),
                        LOBBY,
                        Inbound.parse("{\"type\":\"send\",\"room\":\"lobby\",\"key\":\"k\",\"data\":1}"),
                        60,
                        (frame, connection) -> answer.complete(frame));

        assertThat(answer.get(10, TimeUnit.SECONDS)).contains("\"type\":\"ack\"");
        SpanData publish = traces.one("publish");
        assertThat(publish.getParentSpanId()).isEqualTo(Traces.PARENT);
        assertDelivered(traces.one("deliver"), publish);
    }

    @Test
    void whatTheApplicationPublishesIsAPartOfWhatItDoes() throws Exception {
        Map<String, Object> attributes = new HashMap<>();
        LocalParley parley = LocalParley.of(Fake.of(ServletContext.class, (method, arguments) -> {
            return method.equals("getAttribute")
                    ? attributes.get((String) arguments[0])
                    : attributes.put((String) arguments[0], arguments[1]);
        }));
        Span work =
                GlobalOpenTelemetry.getTracer("application").spanBuilder("work").startSpan();
        Context within = Context.root().with(work);
        CompletionStage<?> early =
                within.wrap(() -> parley.room("lobby").publish("early")).call();
        parley.started(backplane, rooms, node.cluster, node.users, 1_000);
        early.toCompletableFuture().get(10, TimeUnit.SECONDS);
        within.wrap(() -> parley.publish(List.of("lobby"), 1))
                .call()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        parley.room("lobby").publish("apart").toCompletableFuture().get(10, TimeUnit.SECONDS);
        parley.close();

        assertThat(traces.await("publish", 3))
                .extracting(SpanData::getParentSpanId)
                .containsExactly(
                        work.getSpanContext().getSpanId(),
                        work.getSpanContext().getSpanId(),
                        Span.getInvalid().getSpanContext().getSpanId());
    }
}
