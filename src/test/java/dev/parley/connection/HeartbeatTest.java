package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.protocol.CloseCode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class HeartbeatTest {
    private static final Duration HEARTBEAT = Peer.HEARTBEAT;
    private static final Duration PONG = HEARTBEAT.multipliedBy(3).dividedBy(2);

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void aQuietPeerIsPingedAfterOneHeartbeat() {
        Peer peer = peer();

        checkAfter(peer, HEARTBEAT.minusNanos(1));
        assertThat(peer.wire().pings()).isZero();

        checkAfter(peer, Duration.ofNanos(1));
        assertThat(peer.wire().pings()).isEqualTo(1);
    }

    @Test
    void anyFrameThatComesInPutsThePingOff() {
        Peer peer = peer();
        for (int i = 0; i < 10; i++) {
            checkAfter(peer, HEARTBEAT.minusNanos(1));
            peer.connection().seen();
        }

        assertThat(peer.wire().pings()).isZero();
        assertThat(peer.connection().isLive()).isTrue();
    }

    @Test
    void aPeerThatAnswersLivesOn() {
        Peer peer = peer();
        for (int i = 1; i <= 10; i++) {
            checkAfter(peer, HEARTBEAT);
            assertThat(peer.wire().pings()).isEqualTo(i);
            checkAfter(peer, PONG); // the last moment
            peer.connection().seen();
            checkAfter(peer, Duration.ZERO);
        }

        assertThat(peer.connection().isLive()).isTrue();
    }

    @Test
    void aPeerThatNeverAnswersEndsWith4003AfterTwoAndAHalfHeartbeats() {
        Peer peer = peer();

        checkAfter(peer, HEARTBEAT);
        checkAfter(peer, PONG);
        assertThat(peer.connection().isLive()).isTrue();

        checkAfter(peer, Duration.ofNanos(1));
        assertThat(peer.connection().isLive()).isFalse();
        assertThat(peer.awaitClose()).isEqualTo(CloseCode.NO_PONG);
    }

    @Test
    void anUnansweredPingIsNotRepeated() {
        Peer peer = peer();

        checkAfter(peer, HEARTBEAT);
        checkAfter(peer, Duration.ofMillis(250));
        checkAfter(peer, HEARTBEAT);

        assertThat(peer.wire().pings()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, -3_600_000_000_000L, Long.MIN_VALUE, Long.MAX_VALUE - 1_000_000_000L})
    void aDeadPeerIsNoticedWhereverTheClocksZeroIs(long origin) {
        ManualClock anyClock = new ManualClock(origin); // System.nanoTime() may be anything, and may overflow
        Peer peer = new Peer(workers, anyClock, Peer.ROOMY, Timing.of(Peer.SEND_TIMEOUT, HEARTBEAT));

        for (Duration step : new Duration[] {HEARTBEAT, PONG, Duration.ofSeconds(1)}) {
            anyClock.advance(step);
            peer.connection().check(anyClock.getAsLong());
            Clog.settle(workers.pings());
        }

        assertThat(peer.wire().pings()).isEqualTo(1);
        assertThat(peer.connection().isLive()).isFalse();
    }

    @Test
    void aPingThatLeavesLateBehindASlowWriteKillsNobody() {
        Peer peer = new Peer(workers, clock, Peer.ROOMY, Timing.of(Duration.ofHours(10), HEARTBEAT));
        peer.wire().hold();
        peer.connection().send("takes long");

        for (int i = 0; i < 10; i++) {
            checkAfter(peer, HEARTBEAT);
        }
        assertThat(peer.wire().pings()).isZero();
        assertThat(peer.connection().isLive()).isTrue();

        peer.wire().completeNext();
        Clog.settle(workers.pings());
        assertThat(peer.wire().pings()).isEqualTo(1);
        checkAfter(peer, PONG);
        assertThat(peer.connection().isLive()).isTrue();
        checkAfter(peer, Duration.ofNanos(1));
        assertThat(peer.connection().isLive()).isFalse();
    }

    @Test
    void aPingThatDoesNotLeaveWithinTheSendTimeoutEndsWith4001() {
        Peer peer = peer();
        peer.wire().onPing(ScriptedWire.NEVER);
        checkAfter(peer, HEARTBEAT);

        checkAfter(peer, Peer.SEND_TIMEOUT);
        assertThat(peer.connection().isLive()).isTrue();
        checkAfter(peer, Duration.ofNanos(1));

        assertThat(peer.awaitClose()).isEqualTo(CloseCode.SLOW);
    }

    @Test
    void anAnswerThatOvertakesTheReturnOfThePingCounts() {
        Peer peer = peer();
        peer.wire().onPing(completion -> {
            clock.advance(Duration.ofMillis(1));
            peer.connection().seen();
            clock.advance(Duration.ofMillis(1));
            completion.completed(null);
        });

        checkAfter(peer, HEARTBEAT);
        checkAfter(peer, HEARTBEAT);

        assertThat(peer.wire().pings()).isEqualTo(2); // so the first was answered
    }

    @Test
    void anAnswerThatArrivesWhileThePingIsBeingNotedCounts() {
        AtomicBoolean isNoting = new AtomicBoolean();
        AtomicReference<Connection> answered = new AtomicReference<>();
        LongSupplier clockThatLetsTheAnswerIn = () -> {
            if (isNoting.compareAndSet(true, false)) {
                clock.advanceNanos(1);
                answered.get().seen();
            }
            return clock.getAsLong();
        };
        Peer peer = new Peer(workers, clockThatLetsTheAnswerIn, Peer.ROOMY, Timing.of(Peer.SEND_TIMEOUT, HEARTBEAT));
        answered.set(peer.connection());
        peer.wire().onPing(completion -> {
            isNoting.set(true);
            completion.completed(null);
        });

        checkAfter(peer, HEARTBEAT);
        if (isNoting.getAndSet(false)) {
            clock.advanceNanos(1);
            peer.connection().seen();
        }
        checkAfter(peer, HEARTBEAT);
        assertThat(peer.wire().pings()).isEqualTo(2); // so the first was answered
    }

    @Test
    void aWriteThatStallsIsNoticedAtMostASecondLateAlthoughNobodyLooksAtAConnectionThatRests() {
        Peer peer = peer();
        checkAfter(peer, Duration.ZERO);
        peer.wire().hold();
        peer.connection().send("never ends");

        int looks = 0;
        for (; peer.connection().isLive() && looks < 1_000; looks++) {
            checkAfter(peer, Duration.ofMillis(250));
        }

        assertThat(Duration.ofMillis(250).multipliedBy(looks))
                .isBetween(Peer.SEND_TIMEOUT, Peer.SEND_TIMEOUT.plusMillis(1_250));
    }

    @Test
    void aFrameFromBeforeThePingIsNoAnswer() {
        Peer peer = peer();
        checkAfter(peer, HEARTBEAT.minusSeconds(1));
        peer.connection().seen();
        checkAfter(peer, HEARTBEAT);
        checkAfter(peer, PONG.plusNanos(1));

        assertThat(peer.awaitClose()).isEqualTo(CloseCode.NO_PONG);
    }

    @Test
    void aConnectionThatHasEndedIsNotPinged() {
        Peer peer = peer();
        peer.wire().hold();
        peer.connection().send("takes a while");
        peer.connection().close(CloseCode.NORMAL);

        clock.advance(HEARTBEAT);
        peer.wire().completeNext();
        checkAfter(peer, Duration.ZERO);
        checkAfter(peer, HEARTBEAT);

        assertThat(peer.wire().pings()).isZero();
        assertThat(peer.awaitClose()).isEqualTo(CloseCode.NORMAL);
    }

    private Peer peer() {
        return new Peer(workers, clock, Peer.ROOMY, Timing.of(Peer.SEND_TIMEOUT, HEARTBEAT));
    }

    /** Lets time pass, lets the heartbeat look, and waits for a ping that leaves on another thread. */
    private void checkAfter(Peer peer, Duration time) {
        clock.advance(time);
        peer.connection().check(clock.getAsLong());
        Clog.settle(workers.pings());
    }
}
