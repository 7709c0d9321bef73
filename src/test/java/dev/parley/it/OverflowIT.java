package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Incoming.Text;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of rooms who stop reading for a while, and what the rules of the room make of it. */
@Tag("standalone")
@Tag("standalone-alone") // it measures
final class OverflowIT {
    /** More than the kernel takes for a peer on the loopback interface and an outbox holds together. */
    private static final int MESSAGES = 200;

    private static final String PADDING = "x".repeat(60_000);
    private static final int SYMBOLS = 3;

    @TempDir
    static Path directory;

    private static ExecutableWar war;

    @BeforeAll
    static void start() throws IOException {
        Path rules = Files.writeString(directory.resolve("rules"), """
                *        all           everyone
                news     drop-oldest
                prices   conflate:symbol
                """);
        war = ExecutableWar.startOnAnyPort(List.of(
                "-Xmx512m",
                "-Dparley.room-rules=" + rules,
                "-Dparley.outbox-messages=20",
                "-Dparley.send-timeout=1m",
                "-Dparley.messages-per-second=100000",
                "-Dparley.bytes-per-second=1000000000"));
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    /** A client that has not looked at its socket while somebody talked. */
    private static RoomsClient slow(String room) {
        Site site = Site.at(war.url());
        RoomsClient slow = RoomsClient.as("slow", site);
        slow.joins(room);
        try (RoomsClient alice = RoomsClient.as("alice", site)) {
            alice.joins(room);
            for (int i = 1; i <= MESSAGES; i++) {
                String data = "{'symbol':" + i % SYMBOLS + ",'n':" + i + ",'padding':'" + PADDING + "'}";
                assertThat(alice.sends(room, "k" + i, data)).contains("\"type\":\"ack\"");
            }
        }
        return slow;
    }

    /** What such a client reads, to the last message. */
    private static List<String> heardAfterwards(String room) {
        try (RoomsClient slow = slow(room)) {
            List<String> heard = new ArrayList<>();
            while (slow.socket().receive() instanceof Text text) {
                heard.add(text.text());
                if (text.text().contains("\"seq\":" + MESSAGES + ",")) {
                    return heard;
                }
            }
            return heard;
        }
    }

    @Test
    void withoutARuleASlowClientIsClosed() {
        try (RoomsClient slow = slow("lobby")) {
            long bytes = slow.socket().socket().drain();
            assertThat(bytes).isLessThan((long) MESSAGES * PADDING.length());
        }
    }

    @Test
    void whereNewIsBetterThanOldTheOldestAreLeftOutAndCounted() {
        List<String> heard = heardAfterwards("news");

        assertThat(seqs(heard)).isSorted().doesNotHaveDuplicates().endsWith((long) MESSAGES);
        assertThat(dropped(heard)).isPositive().isEqualTo(MESSAGES - seqs(heard).size());
    }

    @Test
    void whereTheLastValueCountsEachKeyHasItsOwn() {
        List<String> heard = heardAfterwards("prices");

        Map<String, String> last = new TreeMap<>();
        heard.stream()
                .filter(line -> line.contains("\"symbol\":"))
                .forEach(line ->
                        last.put(RoomsClient.field(line, "symbol").replace("{", ""), RoomsClient.field(line, "n")));
        assertThat(last.values()).containsExactlyInAnyOrder("198", "199", "200");
        assertThat(dropped(heard)).isPositive().isEqualTo(MESSAGES - seqs(heard).size());
    }

    private static List<Long> seqs(List<String> heard) {
        return heard.stream()
                .filter(line -> line.startsWith("{\"type\":\"message\""))
                .map(line -> Long.valueOf(RoomsClient.field(line, "seq")))
                .toList();
    }

    private static int dropped(List<String> heard) {
        return heard.stream()
                .filter(line -> line.startsWith("{\"type\":\"dropped\""))
                .mapToInt(line -> Integer.parseInt(RoomsClient.field(line, "count")))
                .sum();
    }
}
