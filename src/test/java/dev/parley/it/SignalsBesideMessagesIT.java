package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Crowd;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Site;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the cursors of fifty members cost the messages of their room. Rounds with signals and rounds without take turns. How long
 * messages take in them is printed, and not asserted: on a machine that has other work it says more about that.
 */
@Tag("standalone-alone") // it measures
@Tag("standalone")
@Tag("full") // takes a minute
final class SignalsBesideMessagesIT {
    private static final int MEMBERS = 50;
    private static final int SIGNALS_PER_SECOND = Integer.getInteger("signals.rate", 30); // of each
    private static final int MESSAGES_PER_SECOND = 20;
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("signals.seconds", 6));
    private static final int PAIRS = Integer.getInteger("signals.pairs", 3);
    private static final int WARM_UP = 2; // rounds
    private static final byte[] MESSAGE = "{\"type\":\"message\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIGNAL = "{\"type\":\"signal\"".getBytes(StandardCharsets.US_ASCII);

    /** What the members hear, noted on the crowd's thread. */
    private static final class Hearing implements Crowd.Witness {
        private final long[] due;
        private final int[] heard = new int[MEMBERS];
        private final List<List<Long>> delays = new ArrayList<>();
        private final int perRound;
        private final AtomicInteger joined = new AtomicInteger();
        private final AtomicLong signals = new AtomicLong();
        private final AtomicLong messages = new AtomicLong();
        private final List<String> wrongs = Collections.synchronizedList(new ArrayList<>());

        Hearing(int rounds, int perRound) {
            this.due = new long[rounds * perRound];
            this.perRound = perRound;
            IntStream.range(0, rounds).forEach(round -> delays.add(new ArrayList<>()));
        }

        @Override
        public void text(int member, ByteBuffer utf8) {
            if (begins(utf8, SIGNAL)) {
                signals.incrementAndGet();
                return;
            }
            String text = StandardCharsets.UTF_8.decode(utf8.duplicate()).toString();
            if (begins(utf8, MESSAGE)) {
                int number = Integer.parseInt(RoomsClient.field(text, "data"));
                if (number != heard[member]++) {
                    wrongs.add(member + " was told " + text);
                }
                delays.get(number / perRound).add(System.nanoTime() - due[number]);
                messages.incrementAndGet();
            } else if (text.contains("\"type\":\"joined\"")) {
                joined.incrementAndGet();
            } else if (text.contains("\"type\":\"error\"")) {
                wrongs.add(member + " was told " + text);
            }
        }

        private static boolean begins(ByteBuffer text, byte[] with) {
            return text.remaining() >= with.length
                    && text.slice(text.position(), with.length).equals(ByteBuffer.wrap(with));
        }

        @Override
        public void ended(int member, int code, String reason) {
            wrongs.add(member + " was closed with " + code + " " + reason);
        }

        double percentile(int round, double percent) {
            List<Long> sorted = delays.get(round).stream().sorted().toList();
            return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(sorted.size() * percent / 100))) / 1e6;
        }
    }

    @Test
    void whatIsSaidIsHeardBesideFiftyCursors() throws InterruptedException {
        int rounds = WARM_UP + 2 * PAIRS;
        int perRound = (int) (MESSAGES_PER_SECOND * ROUND.toSeconds());
        Hearing hearing = new Hearing(rounds, perRound);
        try (ExecutableWar war = ExecutableWar.startOnAnyPort(List.of("-Xmx512m"))) {
            Site site = Site.at(war.url());
            try (Crowd crowd = Crowd.gather(Collections.nCopies(MEMBERS, RoomsClient.handshake(site)), hearing)) {
                for (int member = 0; member < MEMBERS; member++) {
                    crowd.sendText(member, "{\"type\":\"connect\",\"token\":\"user" + member + "\"}");
                    crowd.sendText(member, "{\"id\":1,\"type\":\"join\",\"room\":\"board\"}");
                }
                await("everybody is in").until(() -> hearing.joined.get() == MEMBERS);
                long[] signals = new long[rounds];
                for (int round = 0; round < rounds; round++) {
                    long before = hearing.signals.get();
                    long said = (round + 1L) * perRound * MEMBERS;
                    play(crowd, hearing, round * perRound, perRound, round % 2 == 1);
                    await("everything is heard")
                            .atMost(Duration.ofSeconds(30))
                            .until(() -> hearing.messages.get() == said || !hearing.wrongs.isEmpty());
                    signals[round] = hearing.signals.get() - before;
                }
                assertThat(hearing.wrongs).isEmpty();
                print(hearing, rounds, signals);
                for (int round = 0; round < rounds; round++) {
                    assertThat(signals[round] > 0)
                            .as("signals in round %d", round)
                            .isEqualTo(round % 2 == 1);
                }
            }
        }
    }

    /** Member after member signals, each at its rate; one of them says something now and then. */
    private static void play(Crowd crowd, Hearing hearing, int first, int messages, boolean hasSignals)
            throws InterruptedException {
        Frame signal = Frame.text("{\"type\":\"signal\",\"room\":\"board\",\"data\":{\"x\":123,\"y\":456}}");
        int perMessage = MEMBERS * SIGNALS_PER_SECOND / MESSAGES_PER_SECOND;
        long start = System.nanoTime();
        int next = 0; // to signal
        for (int i = 0; i < messages; i++) {
            int number = first + i;
            long due = start + TimeUnit.SECONDS.toNanos(i) / MESSAGES_PER_SECOND;
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            hearing.due[number] = System.nanoTime();
            crowd.sendText(
                    0, "{\"type\":\"send\",\"room\":\"board\",\"key\":\"k" + number + "\",\"data\":" + number + "}");
            for (int j = 0; hasSignals && j < perMessage; j++) {
                long dueSignal = due + TimeUnit.SECONDS.toNanos(j) / SIGNALS_PER_SECOND / MEMBERS;
                TimeUnit.NANOSECONDS.sleep(dueSignal - System.nanoTime());
                crowd.send(next, signal);
                next = (next + 1) % MEMBERS;
            }
        }
    }

    private static void print(Hearing hearing, int rounds, long[] signals) {
        double[][] p99 = new double[2][PAIRS];
        for (int round = 0; round < rounds; round++) {
            System.out.printf(
                    "signals: round %d, %d signals a second heard: messages p50 %.2f ms, p99 %.2f ms%s%n",
                    round,
                    signals[round] / ROUND.toSeconds(),
                    hearing.percentile(round, 50),
                    hearing.percentile(round, 99),
                    round < WARM_UP ? ", to warm up" : "");
            if (round >= WARM_UP) {
                p99[round % 2][(round - WARM_UP) / 2] = hearing.percentile(round, 99);
            }
        }
        double without = median(p99[0]);
        double with = median(p99[1]);
        System.out.printf(
                "signals: median of p99 %.2f ms without, %.2f ms with, ratio %.2f%n", without, with, with / without);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
