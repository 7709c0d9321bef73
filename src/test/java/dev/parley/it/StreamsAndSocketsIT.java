package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MILLISECOND;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.ServerVm;
import dev.parley.it.wire.Site;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Streams of events and sockets in one room, in which something is said at an even rate, or, where the machine cannot do that, as
 * fast as all hear it: whoever has missed more than 200 messages is told so, and does not get them. A tenth of them lose their connection at
 * random, and come back over either way in. In the end each has had every message once and in order. Streams that nobody reads have
 * been ended meanwhile, and nobody else has.
 *
 * <p>How many, how often and how long is said by {@code -Dcrowd.streams}, {@code -Dcrowd.sockets}, {@code -Dcrowd.rate},
 * {@code -Dcrowd.seconds}, {@code -Dcrowd.bytes} and {@code -Dcrowd.heap}.
 */
@Tag("standalone-alone") // it measures
@Tag("standalone")
@Tag("full") // takes half a minute
final class StreamsAndSocketsIT {
    private static final int STREAMS = Integer.getInteger("crowd.streams", 300);
    private static final int SOCKETS = Integer.getInteger("crowd.sockets", 300);
    private static final int RATE = Integer.getInteger("crowd.rate", 50);
    private static final int SECONDS = Integer.getInteger("crowd.seconds", 10);
    private static final int BYTES = Integer.getInteger("crowd.bytes", 200);
    private static final String HEAP = System.getProperty("crowd.heap", "512m");
    private static final int UNREAD = 5;
    private static final int FLOOD = 100;
    private static final Pattern CLOSED = Pattern.compile("parley_connections_closed\\S*\\{cause=\"(\\S+)\"} ([0-9]+)");
    private static final int MAX_BEHIND = 150;
    private static final int AWAY_MILLIS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void everybodyHearsEverythingOnceAndInOrderAlthoughSomeAreCutOffAndSomeDoNotRead() throws Exception {
        int messages = RATE * SECONDS;
        try (ExecutableWar war = ExecutableWar.startOnAnyPort(List.of(
                        "-Xmx" + HEAP,
                        "-Dparley.messages-per-second=1000",
                        "-Dparley.bytes-per-second=10000000",
                        "-Dparley.send-timeout=3s"));
                Audience audience =
                        Audience.gather(Site.at(war.url()), "arena", "flood", STREAMS, SOCKETS, UNREAD, messages)) {
            Site site = Site.at(war.url());
            try {
                await("everybody is in")
                        .atMost(PATIENCE.plusSeconds(audience.size() / 50))
                        .until(audience::isComplete);
                flood(site);

                Duration took = speak(audience, messages);
                System.out.printf(
                        "streams and sockets: %d messages were said in %.1f s%n", messages, took.toMillis() / 1e3);

                await("everybody has heard everything").atMost(PATIENCE).until(() -> audience.hasHeard(messages));
            } finally {
                System.out.println("streams and sockets: closed " + closed(site));
                ServerVm vm = new ServerVm(war.pid());
                System.out.printf(
                        "streams and sockets: %d streams, %d sockets, %d messages a second for %d s: %s; the node: %d MiB live, %d threads: %s%n",
                        STREAMS,
                        SOCKETS,
                        RATE,
                        SECONDS,
                        audience,
                        vm.liveHeapBytes() >> 20,
                        vm.threads().size(),
                        vm.threads().stream()
                                .collect(Collectors.groupingBy(
                                        name -> name.replaceAll("[0-9]+.*", ""), TreeMap::new, Collectors.counting())));
            }
            assertThat(audience.wrongs()).isEmpty();
            assertThat(audience.acknowledged()).isEqualTo(messages);
            assertThat(audience.count("cut")).isPositive();
            assertThat(audience.count("resumed as a stream")).isPositive();
            assertThat(audience.count("resumed as a socket")).isPositive();
            assertThat(audience.count("resumed as a stream") + audience.count("resumed as a socket"))
                    .as("nobody else was cut off: %s", audience)
                    .isEqualTo(audience.count("cut"));
            await("those who do not read are ended")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(closed(site)).containsEntry("slow", UNREAD));
        }
    }

    /** More than the system keeps for those who do not read, who alone are in this room. */
    private static void flood(Site site) {
        String padding = "x".repeat(60_000);
        for (int i = 0; i < FLOOD; i++) {
            String frame = "{'type':'send','room':'flood','key':'k" + i + "','data':'" + padding + "'}";
            assertThat(EventStream.post(site, "/rooms/flood/events", frame, "Authorization", "Bearer flooder")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /** How many connections are over, by why. */
    private static Map<String, Integer> closed(Site site) {
        Matcher matcher =
                CLOSED.matcher(site.upgrade("/metrics").plain().exchange().body());
        Map<String, Integer> closed = new TreeMap<>();
        while (matcher.find()) {
            closed.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
        }
        return closed;
    }

    /** At an even rate; meanwhile a tenth of the audience is cut off, one after the other, at random. Returns how long it took. */
    private static Duration speak(Audience audience, int messages) throws InterruptedException {
        Random random = new Random();
        String padding = "x".repeat(BYTES);
        long start = System.nanoTime();
        List<Long> cuts = IntStream.range(0, audience.size() / 10)
                .mapToObj(i -> (long) (random.nextDouble() * messages))
                .sorted()
                .toList();
        int cut = 0;
        long late = 0;
        for (int i = 0; i < messages; i++) {
            long due = start + late + TimeUnit.SECONDS.toNanos(i) / RATE;
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            if (audience.heardByAll() < i - MAX_BEHIND) {
                int enough = i - MAX_BEHIND;
                await("all are near")
                        .atMost(PATIENCE)
                        .pollInterval(ONE_MILLISECOND)
                        .until(() -> audience.heardByAll() >= enough);
                late += System.nanoTime() - due;
                due = System.nanoTime();
            }
            audience.say(i, due, padding);
            for (; cut < cuts.size() && cuts.get(cut) <= i; cut++) {
                audience.cut(1 + random.nextInt(audience.size() - 1), random.nextInt(AWAY_MILLIS));
            }
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
