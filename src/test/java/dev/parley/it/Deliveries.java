package dev.parley.it;

import static org.awaitility.Awaitility.await;

import dev.parley.it.wire.Crowd;
import dev.parley.it.wire.UpgradeRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a crowd hears in the chat, checked as it comes: from each sender every number once and in order, for all members
 * the same order, and who left. Members are numbered like their client ids.
 *
 * <p>Thread-safe. The texts said are {@code number nanoTime padding}, by which each delivery tells its own delay; any
 * other text is passed over.
 */
final class Deliveries implements Crowd.Witness {
    private static final byte[] SAYS = " says: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LEFT = " left the chat".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WROTE = "You wrote: ".getBytes(StandardCharsets.US_ASCII);

    /** What one member has heard. */
    private static final class Ear {
        private final Map<Long, Long> nextBySender = new HashMap<>();
        private final Map<Long, Integer> left = new HashMap<>();
        private long heard;
        private long order;
        private long wrote;
    }

    /** How a member's connection ended. */
    record Ending(int code, String reason, long atNanos) {}

    private final Ear[] ears;
    private final Map<Integer, Ending> endings = new HashMap<>();
    private final Map<Long, Long> firstLeft = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private long[] delays = new long[1024];
    private int delayCount;

    Deliveries(int members) {
        ears = new Ear[members];
        Arrays.setAll(ears, i -> new Ear());
    }

    /** A few members who are all in the room, which the end of a handshake does not say yet. */
    static Crowd gather(List<UpgradeRequest> requests, Deliveries deliveries) {
        Crowd crowd = Crowd.gather(requests, deliveries);
        for (int i = 0; i < requests.size(); i++) {
            crowd.sendText(i, "here");
        }
        await().until(() -> IntStream.range(0, requests.size()).allMatch(i -> deliveries.wrote(i) == 1));
        return crowd;
    }

    static String text(long number, String padding) {
        return number + " " + System.nanoTime() + " " + padding;
    }

    @Override
    public synchronized void text(int member, ByteBuffer utf8) {
        Ear ear = ears[member];
        if (startsWith(utf8, WROTE)) {
            ear.wrote++;
            return;
        }
        utf8.position("Client #".length());
        long client = number(utf8);
        if (startsWith(utf8, SAYS)) {
            utf8.position(utf8.position() + SAYS.length);
            if (!Character.isDigit(utf8.get(utf8.position()))) {
                return;
            }
            long number = number(utf8);
            utf8.get();
            long expected = ear.nextBySender.getOrDefault(client, 0L);
            if (number != expected) {
                fault("member " + member + " heard " + number + " of #" + client + " instead of " + expected);
            }
            ear.nextBySender.put(client, number + 1);
            ear.order = ear.order * 31 + client * 7919 + number;
            ear.heard++;
            delay(System.nanoTime() - number(utf8));
        } else if (startsWith(utf8, LEFT)) {
            firstLeft.putIfAbsent(client, System.nanoTime());
            if (ear.left.merge(client, 1, Integer::sum) > 1) {
                fault("member " + member + " heard #" + client + " leave again");
            }
        } else {
            fault("member " + member + " heard something strange");
        }
    }

    private static boolean startsWith(ByteBuffer text, byte[] prefix) {
        return text.remaining() >= prefix.length
                && text.slice(text.position(), prefix.length).equals(ByteBuffer.wrap(prefix));
    }

    private static long number(ByteBuffer text) {
        long number = 0;
        while (text.hasRemaining() && Character.isDigit(text.get(text.position()))) {
            number = number * 10 + text.get() - '0';
        }
        return number;
    }

    private void fault(String what) {
        if (faults.size() < 20) {
            faults.add(what);
        }
    }

    private void delay(long nanos) {
        if (delayCount == delays.length) {
            delays = Arrays.copyOf(delays, 2 * delays.length);
        }
        delays[delayCount++] = nanos;
    }

    @Override
    public synchronized void ended(int member, int code, String reason) {
        endings.put(member, new Ending(code, reason, System.nanoTime()));
    }

    /** The first faults; none is what every test wants. */
    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    /** Of how many senders' messages the member has heard so many. */
    synchronized long heard(int member) {
        return ears[member].heard;
    }

    /** A number that is the same for members who have heard the same in the same order. */
    synchronized long order(int member) {
        return ears[member].order;
    }

    synchronized long wrote(int member) {
        return ears[member].wrote;
    }

    synchronized int leavesHeard(int member) {
        return ears[member].left.size();
    }

    /** When the first member heard that client leave, by {@link System#nanoTime}. */
    synchronized Optional<Long> leftAt(long client) {
        return Optional.ofNullable(firstLeft.get(client));
    }

    synchronized Map<Integer, Ending> endings() {
        return Map.copyOf(endings);
    }

    /** How long deliveries took, in milliseconds. */
    record Delays(double median, double p99) {
        @Override
        public String toString() {
            return "%.1f median, %.1f p99".formatted(median, p99);
        }
    }

    /** The delays since the last call; waits for the first, which on a busy machine may be late. */
    Delays takeDelays() {
        await().atMost(Duration.ofMinutes(1)).until(() -> countDelays() > 0);
        return sortDelays();
    }

    private synchronized int countDelays() {
        return delayCount;
    }

    private synchronized Delays sortDelays() {
        long[] sorted = Arrays.copyOf(delays, delayCount);
        Arrays.sort(sorted);
        delayCount = 0;
        return new Delays(sorted[sorted.length / 2] / 1e6, sorted[(int) (sorted.length * 0.99)] / 1e6);
    }
}
