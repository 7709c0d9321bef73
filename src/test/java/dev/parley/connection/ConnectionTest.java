package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.parley.handshake.RecordedLog;
import dev.parley.protocol.CloseCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ConnectionTest {
    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final Peer peer = peer(Peer.ROOMY);
    private final Connection connection = peer.connection();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void overflowByMessagesClosesWith4001Once() {
        Peer slow = peer(new Outbox.Bounds(2, 1_000));
        AtomicInteger ends = new AtomicInteger();
        slow.connection().onEnd(ends::incrementAndGet);
        slow.wire().hold();

        for (int i = 0; i < 3; i++) {
            slow.connection().send("fits");
        }
        assertThat(slow.connection().isLive()).isTrue();
        for (int i = 0; i < 10; i++) {
            slow.connection().send("too many");
        }

        assertThat(slow.connection().isLive()).isFalse();
        assertThat(slow.awaitClose()).isEqualTo(CloseCode.SLOW);
        settle();
        assertThat(slow.closes()).hasSize(1);
        assertThat(slow.forgotten()).isEqualTo(1);
        assertThat(ends).hasValue(1);
        assertThat(slow.lines()).containsExactly("fits");
    }

    @Test
    void everyEndIsOneLineOfTheLogWithWhoAndWhyWhateverThePeerCallsItself() {
        try (RecordedLog log = RecordedLog.of(Connection.class.getName())) {
            connection.introduce(
                    new Figures.Peer("eve\r\nINFO forged \u2028\u202e\u001b[2J", "", "203.0.113.7", "/ws/{client_id}"));
            connection.close(CloseCode.REMOVED);

            assertThat(log.lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line.strip())
                            .doesNotContain("\n\rINFO", "\u2028", "\u202e", "\u001b")
                            .contains(connection.id(), "eve\\u000d\\u000aINFO forged", "203.0.113.7"));
            assertThat(log.lines().get(1)).contains("ends: " + CloseCode.REMOVED.reason());
        }
    }

    @Test
    void messagesThatAreNeverSentAreCounted() {
        Peer slow = peer(new Outbox.Bounds(2, 1_000));
        slow.wire().hold();
        for (int i = 0; i < 3; i++) {
            slow.connection().send("fits");
        }
        slow.connection().send(List.of(new Outgoing("too"), new Outgoing("many")));
        assertThat(slow.awaitClose()).isEqualTo(CloseCode.SLOW);

        assertThat(slow.connection().asEnded())
                .extracting(Figures.Ended::cause, Figures.Ended::dropped)
                .containsExactly("slow", 4L);
    }

    @Test
    void overflowByMessagesSentTogetherClosesWith4001() {
        Peer slow = peer(new Outbox.Bounds(2, 1_000));
        slow.wire().hold();
        slow.connection().send("in flight");

        slow.connection().send(List.of(new Outgoing("1"), new Outgoing("2"), new Outgoing("3")));

        assertThat(slow.awaitClose()).isEqualTo(CloseCode.SLOW);
        assertThat(slow.lines()).containsExactly("in flight");
    }

    @Test
    void overflowByBytesClosesWith4001() {
        Peer slow = peer(new Outbox.Bounds(1_000, 8));
        slow.wire().hold();
        slow.connection().send("in flight");

        slow.connection().send("12345678");
        assertThat(slow.connection().isLive()).isTrue();
        slow.connection().send("9");

        assertThat(slow.awaitClose()).isEqualTo(CloseCode.SLOW);
    }

    @Test
    void aWriteThatTakesLongerThanTheSendTimeoutClosesWith4001() {
        peer.wire().script(ScriptedWire.NEVER);
        connection.send("never arrives");

        checkAfter(Peer.SEND_TIMEOUT);
        assertThat(connection.isLive()).isTrue();

        checkAfter(Duration.ofNanos(1));
        assertThat(connection.isLive()).isFalse();
        assertThat(peer.awaitClose()).isEqualTo(CloseCode.SLOW);
        settle();
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void aPeerThatTakesEachMessageInTimeIsNeverTimedOut() {
        peer.wire().hold();
        for (int i = 0; i < 10; i++) {
            connection.send("one of many");
        }
        for (int i = 0; i < 10; i++) {
            checkAfter(Peer.SEND_TIMEOUT);
            peer.wire().completeNext();
            connection.seen(); // or its silence is another matter
        }

        assertThat(connection.isLive()).isTrue();
    }

    @Test
    void closingSendsWhatWaitsAndThenCloses() {
        peer.wire().hold();
        connection.send("a");
        connection.send("b");

        connection.close(CloseCode.TOO_BIG);
        assertThat(connection.isLive()).isFalse();
        connection.send("after the end");
        assertThat(peer.closes()).isEmpty();

        peer.wire().completeNext();
        peer.wire().completeNext();
        peer.awaitClose();
        settle();
        assertThat(peer.wire().events()).containsExactly("send a", "send b", "close TOO_BIG");
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void aPeerThatStopsReadingWhileItIsBeingClosedIsClosedByTheWatchdog() {
        peer.wire().script(ScriptedWire.NEVER);
        connection.send("never arrives");
        connection.close(CloseCode.NORMAL);

        checkAfter(Peer.SEND_TIMEOUT.plusNanos(1));

        assertThat(peer.awaitClose()).isEqualTo(CloseCode.SLOW);
        settle();
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void abortingDropsWhatWaits() {
        peer.wire().hold();
        connection.send("a");
        connection.send("b");

        connection.abort(CloseCode.NO_PONG);
        assertThat(peer.awaitClose()).isEqualTo(CloseCode.NO_PONG);
        peer.wire().completeNext();

        settle();
        assertThat(peer.wire().events()).containsExactly("send a", "close NO_PONG");
    }

    @Test
    void theFirstPoliteCloseDecidesTheCode() {
        connection.close(CloseCode.NOT_ACCEPTED);
        connection.close(CloseCode.GOING_AWAY);
        connection.abort(CloseCode.SLOW);

        settle();
        assertThat(peer.closes()).containsExactly(CloseCode.NOT_ACCEPTED);
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void abortingOvertakesAPoliteCloseThatStillWaits() {
        peer.wire().hold();
        connection.send("a");
        connection.close(CloseCode.NORMAL);

        connection.abort(CloseCode.GOING_AWAY);

        settle();
        assertThat(peer.closes()).containsExactly(CloseCode.GOING_AWAY);
        peer.wire().completeNext();
        settle();
        assertThat(peer.closes()).hasSize(1);
    }

    @Test
    void aSessionThatIsOverIsForgottenAndNotClosedAgain() {
        connection.gone();
        connection.gone();
        connection.close(CloseCode.NORMAL);
        connection.abort(CloseCode.SLOW);

        settle();
        assertThat(connection.isLive()).isFalse();
        assertThat(peer.forgotten()).isEqualTo(1);
        assertThat(peer.closes()).isEmpty();
    }

    @Test
    void aSessionThatEndsWhileAPoliteCloseWaitsIsForgottenOnce() {
        peer.wire().hold();
        connection.send("a");
        connection.close(CloseCode.NORMAL);

        connection.gone();
        peer.wire().completeNext();

        settle();
        assertThat(peer.forgotten()).isEqualTo(1);
        assertThat(peer.closes()).isEmpty();
    }

    @Test
    void aWireThatFailsEndsTheConnectionAndLeavesTheCloseToTheContainer() {
        peer.wire().script(ScriptedWire.Script.failing(new IOException("broken pipe")));

        connection.send("a");
        assertThat(connection.isLive()).isFalse();
        settle();
        assertThat(peer.closes()).isEmpty(); // the container may be about to close, with a code of its own

        connection.gone();
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void aConnectionWhoseWireHasFailedIsClosedAllTheSameIfTheContainerForgets() {
        peer.wire().script(ScriptedWire.Script.failing(new IOException("broken pipe")));
        connection.send("a");

        checkAfter(Peer.SEND_TIMEOUT.plusNanos(1));

        peer.awaitClose();
        settle();
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void aPeerThatReadsSlowlyWhileItIsBeingClosedIsClosedInTheEndWithTheCodeItWasGiven() {
        peer.wire().hold();
        for (int i = 0; i < 10; i++) {
            connection.send("one of many");
        }
        connection.close(CloseCode.TOO_BIG);

        for (int i = 0; i < 5; i++) {
            checkAfter(Peer.SEND_TIMEOUT.dividedBy(4));
            peer.wire().completeNext(); // each of them in time
        }

        assertThat(peer.awaitClose()).isEqualTo(CloseCode.TOO_BIG);
    }

    @Test
    void aSenderNeverSeesWhatTheWireThrows() {
        peer.wire().script(ScriptedWire.Script.throwing(new IllegalStateException("TEXT_FULL_WRITING")));

        assertThatCode(() -> connection.send("a")).doesNotThrowAnyException();

        assertThat(connection.isLive()).isFalse();
    }

    @Test
    void aConnectionThatCannotBeClosedIsForgottenAllTheSame() {
        peer.wire().onClose(() -> {
            throw new IOException("closed already");
        });

        connection.abort(CloseCode.SLOW);

        settle();
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void aCloseThatBlocksHoldsUpNobody() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        peer.wire().onClose(() -> await(over));

        connection.abort(CloseCode.SLOW); // on this thread, which comes back

        peer.awaitClose();
        assertThat(peer.forgotten()).isZero();
        over.countDown();
        settle();
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void endListenersRunOnceEachAndFindTheConnectionEnded() {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        AtomicBoolean isLive = new AtomicBoolean();
        connection.onEnd(() -> {
            first.incrementAndGet();
            isLive.set(connection.isLive());
        });
        connection.onEnd(second::incrementAndGet);

        connection.close(CloseCode.NORMAL);
        connection.abort(CloseCode.SLOW);
        connection.gone();

        assertThat(first).hasValue(1);
        assertThat(second).hasValue(1);
        assertThat(isLive).isFalse();
    }

    @Test
    void aListenerGivenAfterTheEndRunsAtOnce() {
        connection.close(CloseCode.NORMAL);
        AtomicInteger runs = new AtomicInteger();

        connection.onEnd(runs::incrementAndGet);

        assertThat(runs).hasValue(1);
        connection.abort(CloseCode.SLOW);
        assertThat(runs).hasValue(1);
    }

    @Test
    void aListenerMaySendAndCloseAndListen() {
        AtomicInteger nested = new AtomicInteger();
        connection.onEnd(() -> {
            connection.send("too late");
            connection.close(CloseCode.NORMAL);
            connection.onEnd(nested::incrementAndGet);
        });

        connection.abort(CloseCode.SLOW);

        settle();
        assertThat(nested).hasValue(1);
        assertThat(peer.closes()).containsExactly(CloseCode.SLOW);
    }

    @Test
    void aListenerThatThrowsKeepsNeitherTheOthersNorTheCloseFromHappening() {
        AtomicInteger others = new AtomicInteger();
        connection.onEnd(() -> {
            throw new IllegalStateException("a fault of ours");
        });
        connection.onEnd(others::incrementAndGet);

        try {
            connection.abort(CloseCode.SLOW);
        } catch (IllegalStateException escaped) {
            assertThat(escaped).hasMessage("a fault of ours"); // whether it escapes is not the question here
        }

        settle();
        assertThat(others).hasValue(1);
        assertThat(peer.closes()).containsExactly(CloseCode.SLOW);
        assertThat(peer.forgotten()).isEqualTo(1);
    }

    @Test
    void itIsBehindWhileItFillsAlthoughItsPeerTakesWhatItGets() {
        Peer slow = peer(new Outbox.Bounds(8, 1_000));
        slow.wire().hold();
        for (int i = 0; i < 4; i++) {
            assertThat(slow.connection().isBehind()).isFalse();
            slow.connection().send("a");
        }
        assertThat(slow.connection().isBehind()).isTrue();

        clock.advance(Duration.ofMillis(250));
        assertThat(slow.connection().isBehind()).isFalse(); // it has stopped taking

        slow.wire().completeNext();
        assertThat(slow.connection().isBehind()).isFalse(); // it takes again, and no more than a quarter waits
    }

    @Test
    void aConnectionEndsEvenWhenTheWorkersHaveStopped() {
        workers.close();

        connection.abort(CloseCode.GOING_AWAY);

        assertThat(peer.forgotten()).isEqualTo(1);
        assertThat(peer.closes()).isEqualTo(List.of());
    }

    private Peer peer(Outbox.Bounds bounds) {
        return new Peer(workers, clock, bounds, Timing.of(Peer.SEND_TIMEOUT, Peer.HEARTBEAT));
    }

    private void checkAfter(Duration time) {
        clock.advance(time);
        connection.check(clock.getAsLong());
    }

    private void settle() {
        Clog.settle(workers.closes());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
