package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class SessionWireTest {
    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final ScriptedSession session = new ScriptedSession();
    private final SessionWire wire = new SessionWire(session.session(), Peer.SEND_TIMEOUT, Peer.HEARTBEAT);
    private final List<String> outcomes = new ArrayList<>();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void theContainersOwnTimeoutsAreBackstopsBehindOurs() {
        assertThat(session.sendTimeouts)
                .singleElement()
                .satisfies(millis -> assertThat(millis).isGreaterThan(Peer.SEND_TIMEOUT.toMillis()));
        assertThat(session.idleTimeouts)
                .singleElement()
                .satisfies(millis -> assertThat(millis)
                        .isGreaterThan(
                                Peer.HEARTBEAT.multipliedBy(5).dividedBy(2).toMillis()));
    }

    @Test
    void severalMessagesGoOneAfterTheOtherAndCompleteOnce() {
        List<SendHandler> handlers = new ArrayList<>();
        session.script = (text, handler) -> handlers.add(handler);

        wire.send(outgoing("a", "b", "c"), this::note);
        assertThat(session.texts).containsExactly("a");
        handlers.get(0).onResult(ok());
        assertThat(session.texts).containsExactly("a", "b");
        handlers.get(1).onResult(ok());
        assertThat(outcomes).isEmpty();
        handlers.get(2).onResult(ok());

        assertThat(session.texts).containsExactly("a", "b", "c");
        assertThat(outcomes).containsExactly("sent");
    }

    @Test
    void aFailureInTheMiddleIsTheOutcome() {
        session.script =
                (text, handler) -> handler.onResult(text.equals("b") ? failed(new IOException("broken pipe")) : ok());

        wire.send(outgoing("a", "b", "c"), this::note);

        assertThat(session.texts).containsExactly("a", "b");
        assertThat(outcomes).containsExactly("java.io.IOException: broken pipe");
    }

    @Test
    void aContainerThatThrowsInTheMiddleIsTheOutcomeToo() {
        List<SendHandler> handlers = new ArrayList<>();
        session.script = (text, handler) -> {
            if (text.equals("b")) {
                throw new IllegalStateException("Socket is not connected");
            }
            handlers.add(handler);
        };
        wire.send(outgoing("a", "b"), this::note);

        try {
            handlers.get(0).onResult(ok());
        } catch (IllegalStateException escaped) {
            assertThat(outcomes).as("what was thrown into the container").isNotEmpty();
        }

        assertThat(outcomes).containsExactly("java.lang.IllegalStateException: Socket is not connected");
    }

    @Test
    void aPingIsEmpty() {
        wire.ping(this::note);
        Clog.settle(workers.pings());

        assertThat(session.pings)
                .singleElement()
                .satisfies(data -> assertThat(data.remaining()).isZero());
        assertThat(outcomes).containsExactly("sent");
    }

    /** Open Liberty copies the array of whatever it sends, and throws where there is none (ReadOnlyBufferException). */
    @Test
    void whatIsSentShowsItsArray() {
        wire.ping(this::note);
        Clog.settle(workers.pings());
        assertThat(session.pings).singleElement().matches(ByteBuffer::hasArray);
        assertThat(new Outgoing(new byte[] {1}).binary()).matches(ByteBuffer::hasArray);
    }

    @Test
    void aPingThatThrowsIsAFailure() {
        session.onPing = () -> {
            throw new IllegalStateException("busy");
        };

        wire.ping(this::note);
        Clog.settle(workers.pings());

        assertThat(outcomes).containsExactly("java.lang.IllegalStateException: busy");
    }

    @ParameterizedTest
    @EnumSource
    void aCloseCarriesItsCodeAndItsReason(CloseCode code) throws IOException {
        wire.close(code);

        assertThat(session.closes).singleElement().satisfies(reason -> {
            assertThat(reason.getCloseCode().getCode()).isEqualTo(code.code());
            assertThat(reason.getReasonPhrase()).isEqualTo(code.reason());
        });
    }

    @Test
    void aPingThatWaitsForAThreadIsNoReasonFor4003() {
        Connection connection = connection(Duration.ofHours(10));
        Clog.during(
                workers.pings(),
                () -> { // other peers' pings are blocking
                    for (int i = 0; i < 10; i++) {
                        checkAfter(connection, Peer.HEARTBEAT);
                    }
                    assertThat(connection.isLive()).isTrue();
                });
    }

    @Test
    void aPingThatWaitsForAThreadIsNoReasonFor4001() {
        Connection connection = connection(Peer.SEND_TIMEOUT);
        Clog.during(
                workers.pings(),
                () -> { // other peers' pings are blocking
                    checkAfter(connection, Peer.HEARTBEAT);
                    checkAfter(connection, Peer.SEND_TIMEOUT.plusNanos(1));

                    assertThat(connection.isLive()).isTrue();
                });
    }

    @Test
    void aPingThatWaitsForAThreadHoldsUpNoMessage() {
        Connection connection = connection(Peer.SEND_TIMEOUT);
        Clog.during(
                workers.pings(),
                () -> { // other peers' pings are blocking
                    checkAfter(connection, Peer.HEARTBEAT);

                    connection.send("to a peer that is well");

                    assertThat(session.texts).containsExactly("to a peer that is well");
                });
    }

    private Connection connection(Duration sendTimeout) {
        Timing timing = Timing.of(sendTimeout, Peer.HEARTBEAT);
        return new Connection(
                "id",
                wire,
                Peer.ROOMY,
                timing,
                workers,
                clock,
                closed -> {},
                peer -> false,
                new Budget(Long.MAX_VALUE));
    }

    private void checkAfter(Connection connection, Duration time) {
        clock.advance(time);
        connection.check(clock.getAsLong());
    }

    private void note(@Nullable Throwable failure) {
        outcomes.add(failure == null ? "sent" : failure.toString());
    }

    private static List<Outgoing> outgoing(String... texts) {
        return Stream.of(texts).map(Outgoing::new).toList();
    }

    private static SendResult ok() {
        return new SendResult((Session) null);
    }

    private static SendResult failed(Throwable failure) {
        return new SendResult(null, failure);
    }
}
