package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.wire.Crowd;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How quiet peers are told from dead ones, at a heartbeat of half a second instead of twenty. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("standalone-alone") // it measures
final class HeartbeatIT {
    private static final Duration HEARTBEAT = Duration.ofMillis(500);
    private static final int MEMBERS = 100;
    private static final int SENDERS = 4;

    /** What a busy machine delivers with ease: whoever is starved of it answers pings late, and is closed as it should be. */
    private static final int MESSAGES_PER_SECOND = 50;

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.with(ParleyWar.root(), "parley.heartbeat", HEARTBEAT.toMillis() + "ms");
    }

    @Test
    void peerThatDoesNotAnswerPingsIsClosedWith4003AndTheOthersHearItLeave() {
        Site site = Site.at(base);
        Deliveries deliveries = new Deliveries(1);
        try (Crowd alive = Crowd.gather(List.of(site.upgrade("/ws/1?room=silent")), deliveries);
                RawWebSocket dead = site.open("/ws/2?room=silent").ignoringPings()) {
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
        try (RawWebSocket quiet = Site.at(base).open("/ws")) {
            for (int pings = 0; pings < 4; pings++) {
                quiet.send(Frame.pong(quiet.receivePing()));
            }
            quiet.sendText("still here");
            assertThat(quiet.receiveText()).isEqualTo("Message text was: still here");
        }
    }

    @Test
    void peerThatTalksInsteadOfAnsweringPingsStays() {
        try (RawWebSocket talker = Site.at(base).open("/ws")) {
            for (int pings = 0; pings < 4; pings++) {
                talker.receivePing();
                talker.sendText("what?");
                assertThat(talker.receiveText()).isEqualTo("Message text was: what?");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5000, 32768, 65535})
    void closeCodeThatIsTooHighEndsTheConnectionAndTheOthersHearItLeave(int code) {
        Site site = Site.at(base);
        String room = "?room=high-" + code; // of its own: those of other tests may still be leaving
        Deliveries deliveries = new Deliveries(1);
        try (Crowd alive = Crowd.gather(List.of(site.upgrade("/ws/1" + room)), deliveries);
                RawWebSocket client = site.open("/ws/2" + room)) {
            client.send(Frame.close(code));
            assertThat(client.receiveClose().code())
                    .isEqualTo(KnownDifference.HIGH_CLOSE_CODE_UNNOTICED.isOf(server) ? 4003 : 1002);
            await().until(() -> deliveries.leftAt(2).isPresent());
            alive.mustBeWell();
        }
    }

    /** Open Liberty once failed at a ping that came between messages, and whoever only listened was closed as too slow. */
    @Test
    void thoseWhoOnlyListenArePingedWhileTheyHearAndStay() {
        Site site = Site.at(base);
        Deliveries deliveries = new Deliveries(MEMBERS);
        try (Crowd crowd = Deliveries.gather(
                        IntStream.range(0, MEMBERS)
                                .mapToObj(i -> site.upgrade("/ws/" + i + "?room=listening"))
                                .toList(),
                        deliveries);
                Talk talk = new Talk(crowd, SENDERS, MESSAGES_PER_SECOND, "words")) {
            talk.goOn(MESSAGES_PER_SECOND * HEARTBEAT.multipliedBy(8).toSeconds());
            long messages = talk.end();
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> IntStream.range(0, MEMBERS).allMatch(member -> deliveries.heard(member) == messages)
                            || !deliveries.endings().isEmpty());
            assertThat(deliveries.endings()).as("closed although they read").isEmpty();
            assertThat(deliveries.faults()).isEmpty();
        }
    }
}
