package dev.parley.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.handshake.RecordedLog;
import dev.parley.handshake.ScriptedGate;
import dev.parley.handshake.WebSocketException;
import dev.parley.node.Budget;
import dev.parley.node.Traces;
import dev.parley.node.Tracing;
import io.opentelemetry.sdk.trace.data.SpanData;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The container's callbacks in every order, the wrong ones too. */
final class InletTest {
    private static final CloseReason BYE = new CloseReason(CloseCodes.NORMAL_CLOSURE, "");

    record Visit(String name) {}

    record OtherVisit(String name) {}

    private final Workers workers = new Workers();
    private final ConnectionManager connections = new ConnectionManager(
            new ConnectionManager.Limits(10, 10, 1_000, Duration.ofSeconds(10), Duration.ofSeconds(20)),
            workers,
            null,
            new Budget(Long.MAX_VALUE),
            System::nanoTime);
    private final RecordedLog log = RecordedLog.of(Inlet.class.getName());
    private final FakeSession session =
            new FakeSession(ScriptedGate.userProperties(InletTest.class, new Visit("alice")));
    private final Inlet inlet = new Inlet(connections, 8, Integer.MAX_VALUE);
    private final List<String> messages = new ArrayList<>();
    private final List<Connection> opened = new ArrayList<>();

    @AfterEach
    void stop() {
        connections.drain(Duration.ZERO);
        workers.close();
        log.close();
    }

    @Test
    void messagesReachWhatTheOpeningReturned() {
        open(session);

        inlet.text("a", true);
        inlet.text("b", false);
        inlet.text("c", true);

        assertThat(messages).containsExactly("alice: a", "alice: bc");
        assertThat(connections.count()).isEqualTo(1);
    }

    /** It goes on for long, and nothing is a part of it; and what nobody records has no links. */
    @Test
    void whatIsSaidHasALinkToWhatTheHandshakeWasFor() {
        try (Traces traces = Traces.begin()) {
            open(visiting(Traces.HEADER));
            open(visiting(Traces.HEADER.replace("-01", "-00")));
            open(visiting("nonsense"));

            opened.get(0).origin().publish("lobby", 1).ended("m1", null);
            SpanData span = traces.one("publish");
            assertThat(span.getParentSpanContext().isValid()).isFalse();
            assertThat(span.getTraceId()).isNotEqualTo(Traces.TRACE);
            assertThat(Traces.links(span)).containsExactly(Traces.TRACE + '-' + Traces.PARENT);
            assertThat(opened.get(1).origin()).isNull();
            assertThat(opened.get(2).origin()).isNull();
        }
    }

    private static FakeSession visiting(String traceparent) {
        return new FakeSession(ScriptedGate.userProperties(
                InletTest.class,
                new Visit("alice"),
                Tracing.here().origin(header -> header.equals("traceparent") ? traceparent : null)));
    }

    @Test
    void sessionWithNothingBoundIsClosedAndNothingIsProcessed() throws Exception {
        FakeSession stray = new FakeSession();

        open(stray);
        callEverything();

        assertRefusedByPolicy(stray);
    }

    @Test
    void sessionThatAnotherEndpointsParametersWereBoundToIsClosed() throws Exception {
        FakeSession stray = new FakeSession(ScriptedGate.userProperties(InletTest.class, new OtherVisit("alice")));

        open(stray);
        callEverything();

        assertRefusedByPolicy(stray);
    }

    @Test
    void whatTheHandshakeHoldsIsLetGoOfWhenTheConnectionEnds() {
        List<String> ends = new ArrayList<>();
        for (Class<? extends Record> parameters : List.of(Visit.class, OtherVisit.class)) {
            FakeSession holding = new FakeSession(
                    ScriptedGate.userProperties(InletTest.class, new Visit("alice"), () -> ends.add("let go")));
            Inlet other = new Inlet(connections, 8, Integer.MAX_VALUE);
            other.open(holding.asSession(), parameters, (visit, connection, handshake) -> message -> {});
            assertThat(ends).hasSize(parameters == Visit.class ? 0 : 2);
            other.closed(BYE);
            other.closed(BYE);
            assertThat(ends).hasSize(parameters == Visit.class ? 1 : 2);
        }
    }

    @Test
    void sessionThatCannotEvenBeClosedIsLeftAlone() {
        assertThatCode(() -> open(new FakeSession().failingToClose(new IOException("closed already"))))
                .doesNotThrowAnyException();
        assertThatCode(() -> open(new FakeSession().failingToClose(new IllegalStateException("closed already"))))
                .doesNotThrowAnyException();
    }

    /** A client may be gone before {@code @OnOpen}; on some servers its session then throws, whatever it is asked. */
    @Test
    void sessionThatEndedBeforeItWasOpenedIsLeftAlone() {
        assertThatCode(() -> open(session.gone())).doesNotThrowAnyException();

        callEverything();
        assertThat(connections.count()).isZero();
    }

    @Test
    void sessionThatCannotBeOpenedAlthoughItIsOpenIsOurFault() throws Exception {
        open(session.refusingItsTimeout());

        assertInternalError("a session cannot be opened", "not here");
        callEverything();
        assertThat(messages).isEmpty();
    }

    @Test
    void nothingIsProcessedBeforeTheOpening() {
        callEverything();

        assertThat(messages).isEmpty();
    }

    @Test
    void openingThatFailsIsOurFault() throws Exception {
        inlet.open(session.asSession(), Visit.class, (visit, connection, handshake) -> {
            throw new IllegalStateException("a bug with s3cr3t in it");
        });
        callEverything();

        assertInternalError();
    }

    @Test
    void messageThatIsRefusedClosesWithTheEndpointsOwnCode() throws Exception {
        inlet.open(session.asSession(), Visit.class, (visit, connection, handshake) -> text -> {
            throw new WebSocketException(4321, text);
        });
        inlet.text("shut", true);

        assertThat(session.closed()).satisfies(reason -> {
            assertThat(reason.getCloseCode().getCode()).isEqualTo(4321);
            assertThat(reason.getReasonPhrase()).isEqualTo("shut");
        });
        assertThat(log.lines()).noneMatch(line -> line.startsWith("SEVERE"));
    }

    @Test
    void binaryMessagesAreGatheredForWhoeverTakesThem() {
        List<byte[]> taken = new ArrayList<>();
        inlet.open(session.asSession(), Visit.class, (visit, connection, handshake) -> new Receiver() {
            @Override
            public boolean takesBinary() {
                return true;
            }

            @Override
            public void text(String message) {}

            @Override
            public void binary(byte[] message) {
                taken.add(message);
            }
        });
        inlet.binary(ByteBuffer.wrap(new byte[] {1, 2}), false);
        inlet.binary(ByteBuffer.wrap(new byte[] {3}), true);

        assertThat(taken).singleElement().isEqualTo(new byte[] {1, 2, 3});
    }

    @Test
    void binaryMessageIsNotAcceptedUnlessTheEndpointSaysSo() throws Exception {
        open(session);

        inlet.binary(ByteBuffer.wrap(new byte[] {1}), true);

        assertThat(session.closed().getCloseCode().getCode()).isEqualTo(1003);
    }

    @Test
    void messageThatFailsIsOurFaultAndTheLast() throws Exception {
        open(session);

        inlet.text("throw", true);
        inlet.text("after", true);

        assertThat(messages).isEmpty();
        assertThat(opened.get(0).isLive()).isFalse();
        assertInternalError();
    }

    @Test
    void anErrorDoesNotReachTheContainerNorItsNameThePeer() throws Exception {
        inlet.open(session.asSession(), Visit.class, (visit, connection, handshake) -> message -> {
            throw new NoClassDefFoundError("a bug");
        });

        inlet.text("any", true);

        assertInternalError();
    }

    @Test
    void anErrorInTheOpeningDoesNotReachTheContainer() throws Exception {
        inlet.open(session.asSession(), Visit.class, (visit, connection, handshake) -> {
            throw new ExceptionInInitializerError("a bug");
        });

        assertInternalError();
    }

    @Test
    void whatIsNotCompleteIsCountedUntilTheConnectionEndsAndTheBiggestGoes() throws Exception {
        Budget budget = new Budget(10_000);
        ConnectionManager counting =
                new ConnectionManager(connections.limits(), workers, null, budget, System::nanoTime);
        FakeSession big = new FakeSession(ScriptedGate.userProperties(InletTest.class, new Visit("big")));
        FakeSession small = new FakeSession(ScriptedGate.userProperties(InletTest.class, new Visit("small")));
        Inlet greedy = new Inlet(counting, 1_000_000, Integer.MAX_VALUE);
        Inlet modest = new Inlet(counting, 1_000_000, Integer.MAX_VALUE);
        greedy.open(big.asSession(), Visit.class, (visit, connection, handshake) -> message -> {});
        modest.open(small.asSession(), Visit.class, (visit, connection, handshake) -> messages::add);
        modest.text("a", false);

        greedy.text("a".repeat(20_000), false);
        assertThat(budget.isShort()).isTrue();
        modest.text("b", true); // is late, and comes through all the same
        budget.reclaimOnce();

        assertThat(big.closed().getCloseCode().getCode()).isEqualTo(4004);
        assertThat(messages).containsExactly("ab");
        assertThat(counting.all().filter(Connection::isLive)).hasSize(1);
        assertThat(budget.used()).isZero();
        counting.drain(Duration.ZERO);
    }

    @Test
    void binaryEndsItAndNothingMoreIsProcessed() throws Exception {
        open(session);

        inlet.binary(ByteBuffer.wrap(new byte[] {1}), false);
        inlet.text("after", true);

        assertThat(messages).isEmpty();
        assertThat(session.closed().getCloseCode().getCode()).isEqualTo(1003);
    }

    @Test
    void oversizeEndsItAndWhatIsLeftOfItIsNotAMessage() throws Exception {
        open(session);

        inlet.text("123456789", false);
        inlet.text("rest", true);
        inlet.text("after", true);

        assertThat(messages).isEmpty();
        assertThat(session.closed().getCloseCode().getCode()).isEqualTo(1009);
    }

    @Test
    void closeEndsTheConnectionAndIsNotAnswered() {
        open(session);

        inlet.closed(BYE);
        inlet.text("after", true);
        inlet.closed(BYE);

        assertThat(opened.get(0).isLive()).isFalse();
        assertThat(messages).isEmpty();
        assertThat(connections.count()).isZero();
    }

    /** The close callback may come from any thread, so also while the opening is under way. */
    @Test
    void closeDuringTheOpeningEndsTheConnection() {
        inlet.open(session.asSession(), Visit.class, (visit, connection, handshake) -> {
            opened.add(connection);
            inlet.closed(BYE);
            return messages::add;
        });

        assertThat(opened.get(0).isLive()).isFalse();
        assertThat(connections.count()).isZero();
    }

    /** Its handshake was accepted before the drain began; on some servers nobody else will ever close it. */
    @Test
    void sessionThatOpensAfterTheDrainIsClosedAtOnce() throws Exception {
        connections.drain(Duration.ZERO);

        open(session);
        inlet.text("ghost", true);

        CloseReason reason = session.closed();
        assertThat(reason).isNotNull();
        assertThat(reason.getCloseCode().getCode()).isEqualTo(1001);
        assertThat(messages).isEmpty();
    }

    @Test
    void whatTheContainerReportsAsAnErrorChangesNothing() {
        open(session);

        inlet.failed(new IOException("reset by peer"));
        inlet.text("a", true);

        assertThat(messages).containsExactly("alice: a");
        assertThat(log.lines()).singleElement().asString().startsWith("FINE").contains("reset by peer");
    }

    @Test
    void whatIsSaidIsNotLogged() {
        open(session);

        inlet.text("s3cr3t", true);
        inlet.closed(new CloseReason(CloseCodes.NORMAL_CLOSURE, "s3cr3t"));

        assertThat(messages).containsExactly("alice: s3cr3t");
        assertThat(log.lines()).allSatisfy(line -> assertThat(line).doesNotContain("s3cr3t", "alice"));
    }

    @Test
    void closeCodeIsLoggedAsTheNumberThatItIs() {
        open(session);

        inlet.closed(new CloseReason(CloseCodes.getCloseCode(4999), ""));

        assertThat(log.lines()).singleElement().asString().contains("4999");
    }

    /** Jetty's default of 30 s would end clients that are merely quiet. */
    @Test
    void idleTimeoutOfTheServerIsRaisedBeyondTheHeartbeat() {
        open(session.idlingAtMost(30_000));

        assertThat(session.idleTimeoutMillis()).isGreaterThanOrEqualTo(60_000);
    }

    /**
     * Tyrus schedules its idle check at once when there is no timeout, and the check looks at the timeout only when it runs: if
     * one has been set meanwhile, it closes the new session with 1000, so in {@code @OnOpen} none may be set there.
     */
    @Test
    void idleTimeoutThatIsOffStaysOff() {
        open(session.idlingAtMost(0));

        assertThat(session.isIdleTimeoutSet()).isFalse();
        assertThat(session.idleTimeoutMillis()).isZero();
    }

    private void open(FakeSession fake) {
        inlet.open(fake.asSession(), Visit.class, (visit, connection, handshake) -> {
            opened.add(connection);
            return text -> {
                if (text.equals("throw")) {
                    throw new IllegalStateException("a bug");
                }
                messages.add(visit.name() + ": " + text);
            };
        });
    }

    private void callEverything() {
        inlet.text("ghost", true);
        inlet.text("gh", false);
        inlet.binary(ByteBuffer.wrap(new byte[] {1}), false);
        inlet.pong();
        inlet.failed(new IOException("reset by peer"));
        inlet.closed(BYE);
    }

    private void assertRefusedByPolicy(FakeSession stray) throws InterruptedException {
        CloseReason reason = stray.closed();
        assertThat(reason.getCloseCode().getCode()).isEqualTo(1008);
        assertThat(reason.getReasonPhrase()).isEqualTo("refused by policy");
        assertThat(opened).isEmpty();
        assertThat(messages).isEmpty();
        assertThat(stray.sent()).isEmpty();
        assertThat(connections.count()).isZero();
    }

    /** The peer is told a fixed text; the details stand in the log. */
    private void assertInternalError() throws InterruptedException {
        assertInternalError("connection ", "a bug");
    }

    private void assertInternalError(String... logged) throws InterruptedException {
        CloseReason reason = session.closed();
        assertThat(reason.getCloseCode().getCode()).isEqualTo(1011);
        assertThat(reason.getReasonPhrase()).isEqualTo("internal error");
        assertThat(session.sent()).isEmpty();
        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("SEVERE"))
                .singleElement()
                .asString()
                .contains(logged);
    }
}
