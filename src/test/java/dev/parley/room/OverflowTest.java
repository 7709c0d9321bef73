package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualClock;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of what a member is too slow for. */
@Timeout(60)
final class OverflowTest {
    private static final int OUTBOX = 10;
    private static final int MESSAGES = 50;
    private static final RoomId NEWS = new RoomId("news");

    private final Workers workers = new Workers();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void aSeriesIsNamedByTheRoomTheUserOrAMember() {
        assertThat(Overflow.CLOSE.series(json("1"))).isEmpty();
        assertThat(Overflow.DROP_OLDEST.series(json("1"))).isPresent();
        assertThat(Overflow.CONFLATE_BY_USER.series(json("1"))).contains("ann");
        Overflow bySymbol = Overflow.conflateBy("symbol");
        assertThat(bySymbol.series(json("{\"a\":1,\"symbol\":\"X\"}"))).contains("\"X\"");
        assertThat(bySymbol.series(json("{\"symbol\":{\"n\": 1}}"))).contains("{\"n\":1}");
        for (String none : List.of("1", "null", "[]", "{}", "\"symbol\"")) {
            assertThat(bySymbol.series(json(none))).as(none).isEmpty();
        }
    }

    @Test
    void whatATextClientSaysHasNoMembersAndThatItLeftIsNeverLeftOut() {
        Draft said = new Draft("k", new Draft.Author("7", "c"), Draft.Kind.MESSAGE, "{\"symbol\":1}");
        Draft left = new Draft("k", new Draft.Author("7", "c"), Draft.Kind.LEFT, "");
        assertThat(Overflow.conflateBy("symbol").series(said)).isEmpty();
        assertThat(Overflow.CONFLATE_BY_USER.series(said)).contains("7");
        assertThat(Overflow.CONFLATE_BY_USER.series(left)).isEmpty();
    }

    @Test
    void aSlowMemberIsClosed() {
        assertThat(slowly(Overflow.CLOSE).awaitClose()).isEqualTo(CloseCode.SLOW);
    }

    @Test
    void aSlowMemberMissesTheOldestAndIsToldHowMany() {
        List<String> heard = taken(slowly(Overflow.DROP_OLDEST));

        int dropped = dropped(heard);
        assertThat(dropped).isPositive();
        assertThat(messages(heard)).hasSize(MESSAGES - dropped);
        assertThat(heard.get(heard.size() - 1)).contains("\"seq\":" + MESSAGES + ",");
    }

    @Test
    void aSlowMemberGetsTheLastValueOfEachKey() {
        List<String> messages = messages(taken(slowly(Overflow.conflateBy("key"))));

        for (int key = 0; key < 3; key++) {
            int last = MESSAGES - 1 - (MESSAGES - 1 - key) % 3;
            assertThat(messages).anyMatch(message -> message.endsWith("\"n\":" + last + "}}"));
        }
        assertThat(messages).hasSizeLessThan(MESSAGES);
    }

    /** A member of a room who takes nothing while others talk. */
    private Peer slowly(Overflow overflow) {
        Rooms rooms = new Rooms(
                new MemoryBackplane(1_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE)),
                workers,
                1_000,
                id -> overflow,
                new Budget(Long.MAX_VALUE),
                Integer.MAX_VALUE);
        Peer slow = new Peer(workers, new ManualClock(), OUTBOX);
        rooms.join(NEWS, slow.connection(), "slow").enter(null, null, false, true);
        slow.awaitLines(1);
        Peer author = new Peer(workers);
        Peer other = new Peer(workers);
        JsonMember talking = rooms.join(NEWS, author.connection(), "ann");
        talking.enter(null, null, false, true);
        rooms.join(NEWS, other.connection(), "bob").enter(null, null, false, true);
        author.awaitLines(1);
        other.awaitLines(1);
        slow.hold();
        for (int i = 0; i < MESSAGES; i++) {
            talking.send(null, Draft.Origin.TOKEN, "k" + i, null, "{\"key\":" + i % 3 + ",\"n\":" + i + "}");
            other.awaitLines(2 + i); // one at a time, because an idle outbox takes any one offer
        }
        author.awaitLines(1 + 2 * MESSAGES);
        return slow;
    }

    private static List<String> taken(Peer slow) {
        slow.release();
        List<String> heard = slow.lines();
        while (heard.stream().noneMatch(line -> line.contains("\"seq\":" + MESSAGES + ","))) {
            heard = slow.awaitLines(heard.size() + 1);
        }
        assertThat(slow.closes()).isEmpty();
        return heard;
    }

    private static List<String> messages(List<String> heard) {
        return heard.stream()
                .filter(line -> line.startsWith("{\"type\":\"message\""))
                .toList();
    }

    private static int dropped(List<String> heard) {
        List<Integer> counts = new ArrayList<>();
        for (String line : heard) {
            if (line.startsWith("{\"type\":\"dropped\",\"room\":\"news\",\"count\":")) {
                counts.add(Integer.valueOf(line.replaceAll("[^0-9]", "")));
            }
        }
        return counts.stream().mapToInt(Integer::intValue).sum();
    }

    private static Draft json(String text) {
        return new Draft("key", new Draft.Author("ann", "c1"), Draft.Kind.JSON, text);
    }
}
