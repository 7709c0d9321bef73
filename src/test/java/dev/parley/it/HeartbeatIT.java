package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Crowd;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How quiet peers are told from dead ones, at a heartbeat of half a second instead of twenty. */
@Tag("standalone")
final class HeartbeatIT {
    private static final Duration HEARTBEAT = Duration.ofMillis(500);

    private static ExecutableWar war;

    @BeforeAll
    static void start() {
        war = ExecutableWar.start(
                ParleyWar.file(),
                List.of("-Xmx256m", "-Dparley.heartbeat=" + HEARTBEAT.toMillis() + "ms"),
                Map.of(),
                "--host",
                "127.0.0.1",
                "--port",
                "0");
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    @Test
    void peerThatDoesNotAnswerPingsIsClosedWith4003AndTheOthersHearItLeave() {
        Site site = Site.at(war.url());
        Deliveries deliveries = new Deliveries(1);
        try (Crowd alive = Crowd.gather(List.of(site.upgrade("/ws/1")), deliveries);
                RawWebSocket dead = site.open("/ws/2").ignoringPings()) {
            long start = System.nanoTime();
            assertThat(dead.receiveClose()).isEqualTo(new Close(4003, "no pong"));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertThat(took)
                    .isBetween(
                            HEARTBEAT.multipliedBy(2), HEARTBEAT.multipliedBy(3).plusSeconds(2));
            await().until(() -> deliveries.leftAt(2).isPresent());
            assertThat(deliveries.faults()).isEmpty();
            alive.mustBeWell();
        }
    }

    @Test
    void quietPeerThatAnswersPingsStays() {
        try (RawWebSocket quiet = Site.at(war.url()).open("/ws")) {
            for (int pings = 0; pings < 8; pings++) {
                quiet.send(Frame.pong(quiet.receivePing()));
            }
            quiet.sendText("still here");
            assertThat(quiet.receiveText()).isEqualTo("Message text was: still here");
        }
    }

    @Test
    void peerThatTalksInsteadOfAnsweringPingsStays() {
        try (RawWebSocket talker = Site.at(war.url()).open("/ws")) {
            for (int pings = 0; pings < 8; pings++) {
                talker.receivePing();
                talker.sendText("what?");
                assertThat(talker.receiveText()).isEqualTo("Message text was: what?");
            }
        }
    }
}
