package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.Deliveries.Delays;
import dev.parley.it.Deliveries.Ending;
import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.wire.Crowd;
import dev.parley.it.wire.ServerVm;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A thousand people in the chat, fifty of whom stop reading: the others must not notice. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("standalone-alone") // it measures
final class SlowPeersIT {
    private static final Logger LOG = System.getLogger(SlowPeersIT.class.getName());

    private static final int HEALTHY = 950;
    private static final int STALLED = 50;
    private static final int FIRST_STALLED_ID = 5000;

    /** Those of the healthy who talk. */
    private static final int SENDERS = 4;

    /** Everybody's messages together; each is delivered to everybody. */
    private static final int MESSAGES_PER_SECOND = 10;

    private static final String PADDING = "x".repeat(4096);
    private static final long MIB = 1024 * 1024;

    /** What is left of what the kernel takes for a peer: some eight seconds of that talk. */
    private static final long LEFT_FREE = 300_000;

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Test
    @Tag("long")
    void stalledReadersAreClosedAndNobodyElseNotices() {
        Site site = Site.at(base);
        ServerVm vm = new ServerVm(server.pid());
        Deliveries deliveries = new Deliveries(HEALTHY);
        long capacity = StalledPeers.capacity(site);
        try (StalledPeers stalled = new StalledPeers(site, STALLED, FIRST_STALLED_ID)) {
            // Filled before the others come, who would otherwise have to take the same megabytes, each of them.
            stalled.fillUpTo(capacity - LEFT_FREE);
            try (Crowd crowd = Crowd.gather(requests(site, HEALTHY), deliveries);
                    Talk talk = new Talk(crowd, SENDERS, MESSAGES_PER_SECOND, PADDING)) {
                long heapBefore = vm.liveHeapBytes();
                talk.goOn(MESSAGES_PER_SECOND); // what waited during that collection
                deliveries.takeDelays();
                talk.goOn(4 * MESSAGES_PER_SECOND);
                Delays before = deliveries.takeDelays();

                often().until(() -> {
                    stalled.look();
                    return stalled.areFullFor(Duration.ofSeconds(2));
                });
                long heapMeanwhile = vm.liveHeapBytes();
                talk.goOn(MESSAGES_PER_SECOND);
                deliveries.takeDelays();
                often().until(() -> {
                    stalled.look();
                    return stalled.ids().stream()
                            .allMatch(id -> deliveries.leftAt(id).isPresent());
                });
                talk.goOn(MESSAGES_PER_SECOND); // the stalled may all be gone by now, and nothing said since the last
                // look
                Delays meanwhile = deliveries.takeDelays();
                long messages = talk.end();
                often().untilAsserted(() -> mustHaveHeardEverything(deliveries, messages));
                crowd.mustBeWell();

                List<Duration> noticed = stalled.noticedAfter(deliveries);
                LOG.log(
                        Level.INFO,
                        "{0} messages; delay before: {1}, with {2} stalled: {3}; live heap {4} and {5} MiB; closed {6} to"
                                + " {7} ms after the kernel took no more than {8} bytes; ended {9}",
                        messages,
                        before,
                        STALLED,
                        meanwhile,
                        heapBefore / MIB,
                        heapMeanwhile / MIB,
                        noticed.get(0).toMillis(),
                        noticed.get(STALLED - 1).toMillis(),
                        stalled.largestUnsentBytes(),
                        endings(stalled.readToTheEnd()));

                // That somebody has left is heard as late as anything else that is said in that room.
                Duration longest = SEND_TIMEOUT
                        .plusSeconds(KnownDifference.QUEUE_BEHIND_THE_KERNEL.isOf(server) ? 8 : 2)
                        .plusMillis((long) before.p99());
                assertThat(noticed).allMatch(time -> time.compareTo(longest) <= 0);
                for (int sender = 0; sender < SENDERS; sender++) {
                    assertThat(deliveries.wrote(sender)).isEqualTo((messages + SENDERS - 1 - sender) / SENDERS);
                }
                // In a room that one of them could freeze, the median would be half the send timeout. The 99th
                // percentile is only reported: on a machine that has other work it says more about that.
                assertThat(meanwhile.median()).isLessThan(before.median() + 2000);
                // All outboxes share the text of a message, so what waits is one backlog and not fifty.
                assertThat(heapMeanwhile - heapBefore).isLessThan(32 * MIB);
            }
        }
    }

    private static void mustHaveHeardEverything(Deliveries deliveries, long messages) {
        assertThat(deliveries.endings()).as("closed although they read").isEmpty();
        assertThat(deliveries.faults()).isEmpty();
        for (int member = 0; member < HEALTHY; member++) {
            assertThat(deliveries.heard(member)).as("heard by %d", member).isEqualTo(messages);
            assertThat(deliveries.order(member)).as("order for %d", member).isEqualTo(deliveries.order(0));
            assertThat(deliveries.leavesHeard(member))
                    .as("leaves heard by %d", member)
                    .isEqualTo(STALLED);
        }
    }

    private static List<UpgradeRequest> requests(Site site, int clients) {
        return IntStream.range(0, clients)
                .mapToObj(i -> site.upgrade("/ws/" + i))
                .toList();
    }

    /** Long before its send timeout, since what waits for it has a bound. */
    @Test
    void peerThatFallsTooFarBehindIsClosedAtOnce() {
        Site site = Site.at(base);
        Deliveries deliveries = new Deliveries(3);
        int stalled = 2;
        try (Crowd crowd = Deliveries.gather(requests(site, 3), deliveries)) {
            crowd.stopReading(stalled);
            long start = System.nanoTime();
            String padding = "x".repeat(128 * 1024);
            long messages = 0;
            while (deliveries.leftAt(stalled).isEmpty()) {
                crowd.sendText(0, Deliveries.text(messages++, padding));
                long said = messages;
                often().until(() -> deliveries.heard(0) == said && deliveries.heard(1) == said);
                assertThat(messages * padding.length())
                        .as("bytes that wait for it")
                        .isLessThan(32 * MIB);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SEND_TIMEOUT);
            crowd.resumeReading(stalled);
            often().until(() -> deliveries.endings().containsKey(stalled));
            assertThat(deliveries.endings()).hasSize(1);
            assertThat(deliveries.faults()).isEmpty();
        }
    }

    /** How connections ended, by close code, and how many of each. */
    private static String endings(List<Ending> endings) {
        return endings.stream()
                .collect(Collectors.groupingBy(
                        ending -> ending.code() + " " + ending.reason(), TreeMap::new, Collectors.counting()))
                .toString();
    }

    private static ConditionFactory often() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .atMost(Duration.ofMinutes(2));
    }
}
