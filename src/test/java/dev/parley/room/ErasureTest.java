package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualClock;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.metrics.Histogram;
import dev.parley.node.Budget;
import dev.parley.protocol.Mark;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What those who are in a room, come back to it or look back are told of what was erased. */
@Timeout(60)
final class ErasureTest {
    private static final RoomId NEWS = new RoomId("news");
    private static final String SECRET = "\"a secret\"";

    private final Workers workers = new Workers();
    private final MemoryBackplane backplane = new MemoryBackplane(1_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
    private Overflow overflow = Overflow.CLOSE;
    private final Rooms rooms =
            new Rooms(backplane, workers, 1_000, id -> overflow, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);

    @AfterEach
    void stop() {
        workers.close();
    }

    private Position say(String json) {
        Draft draft = new Draft("key " + json, new Draft.Author("ann", "c1"), Draft.Kind.JSON, json);
        return backplane.append(NEWS, draft).toCompletableFuture().join().position();
    }

    private void erase(Position victim) {
        assertThat(backplane.erase(NEWS, victim.message()).toCompletableFuture().join())
                .isTrue();
    }

    private static String told(Position victim) {
        return ",\"erased\":{\"seq\":" + victim.seq() + ",\"message\":\"" + victim.message() + "\"}}";
    }

    @Test
    void membersAreToldWhatWasErasedAndTextClientsGoOn() {
        Peer json = new Peer(workers);
        rooms.join(NEWS, json.connection(), "bob").enter(null, null, false, true);
        json.awaitLines(1);
        Peer text = new Peer(workers);
        TextMember member = rooms.join(NEWS, text.connection(), "7", GuideWindow.GUIDE, () -> true);

        Position victim = say(SECRET);
        json.awaitLines(2);
        erase(victim);
        member.say("after");

        List<String> heard = json.awaitLines(4);
        assertThat(heard.get(1)).contains("\"type\":\"message\"", SECRET);
        assertThat(heard.get(2))
                .startsWith("{\"type\":\"erased\",\"room\":\"news\",\"seq\":2,\"message\":\"")
                .endsWith(told(victim));
        assertThat(heard.get(3)).contains("\"seq\":3,", "\"after\"");
        assertThat(text.awaitLines(3))
                .containsExactly("Client #ann says: a secret", "You wrote: after", "Client #7 says: after");
    }

    @Test
    void authorReadsItsOwnMessagesAroundWhatWasErased() {
        Peer author = new Peer(workers);
        Peer reader = new Peer(workers);
        TextMember member = rooms.join(NEWS, author.connection(), "7", GuideWindow.GUIDE, () -> true);
        TextMember other = rooms.join(NEWS, reader.connection(), "8", GuideWindow.GUIDE, () -> true);
        List<Entry> batch = Stream.of(
                        new Draft("1", member.author, Draft.Kind.MESSAGE, "before"),
                        new Draft("2", member.author, Draft.Kind.ERASED, ""),
                        new Draft("3", member.author, Draft.Kind.MESSAGE, "after"))
                .map(draft -> new Entry(Position.ORIGIN, draft, Instant.EPOCH))
                .toList();

        new Fanning(
                        batch,
                        Present.NOBODY.with(member).with(other),
                        new Histogram(),
                        System.nanoTime(),
                        new Budget(Long.MAX_VALUE))
                .run();

        assertThat(author.awaitLines(4))
                .containsExactly(
                        "You wrote: before", "Client #7 says: before", "You wrote: after", "Client #7 says: after");
        assertThat(reader.awaitLines(2)).containsExactly("Client #7 says: before", "Client #7 says: after");
    }

    @Test
    void whoComesBackIsToldThePlaceAndTheErasureAndNothingOfTheContent() {
        Position before = say("1");
        Position victim = say(SECRET);
        say("3");
        erase(victim);
        Peer peer = new Peer(workers);

        rooms.join(NEWS, peer.connection(), "bob")
                .enter(null, new Mark(before.epoch(), before.seq(), before.message()), false, true);

        List<String> heard = peer.awaitLines(4);
        assertThat(heard.get(0)).contains("\"resume\":\"ok\"", "\"replayed\":3");
        assertThat(heard.get(1))
                .startsWith("{\"type\":\"erased\",\"room\":\"news\",\"seq\":2,\"message\":\"" + victim.message()
                        + "\",\"at\":")
                .doesNotContain("\"erased\":");
        assertThat(heard.get(2)).contains("\"seq\":3,");
        assertThat(heard.get(3)).contains("\"seq\":4,").endsWith(told(victim));
        assertThat(String.join("", heard)).doesNotContain("secret", "key");
    }

    @Test
    void whoseLastMessageWasErasedGoesOnFromThere() {
        Position victim = say(SECRET);
        erase(victim);
        Peer peer = new Peer(workers);

        rooms.join(NEWS, peer.connection(), "bob")
                .enter(null, new Mark(victim.epoch(), victim.seq(), victim.message()), false, true);

        List<String> heard = peer.awaitLines(2);
        assertThat(heard.get(0)).contains("\"resume\":\"ok\"", "\"replayed\":1");
        assertThat(heard.get(1)).endsWith(told(victim));
    }

    @Test
    void thePastHasAHoleInItsPlace() {
        Position victim = say(SECRET);
        say("2");
        erase(victim);

        Rooms.Past past =
                rooms.past(NEWS, Long.MAX_VALUE, 10).toCompletableFuture().join();

        assertThat(past.messages()).hasSize(3);
        assertThat(past.messages().get(0)).startsWith("{\"type\":\"erased\",").contains("\"seq\":1,");
        assertThat(past.messages().get(1)).startsWith("{\"type\":\"message\",").contains("\"seq\":2,");
        assertThat(past.messages().get(2)).startsWith("{\"type\":\"erased\",").endsWith(told(victim));
    }

    @Test
    void whoIsTooSlowForARoomThatPrefersNewToOldIsStillToldOfAnErasure() {
        overflow = Overflow.DROP_OLDEST;
        int outbox = 20;
        Peer slow = new Peer(workers, new ManualClock(), outbox);
        rooms.join(NEWS, slow.connection(), "slow").enter(null, null, false, true);
        slow.awaitLines(1);
        Peer other = new Peer(workers);
        rooms.join(NEWS, other.connection(), "bob").enter(null, null, false, true);
        other.awaitLines(1);
        Position victim = say(SECRET);
        slow.awaitLines(2);
        other.awaitLines(2);

        slow.hold();
        int all = 5 * outbox;
        for (int i = 0; i < all; i++) {
            if (i == outbox) {
                erase(victim);
            } else {
                say(Integer.toString(i));
            }
            other.awaitLines(3 + i); // one at a time, because an idle outbox takes any one offer
        }
        slow.release();

        List<String> heard = slow.lines();
        while (heard.stream().noneMatch(line -> line.contains("\"seq\":" + (all + 1) + ","))) {
            heard = slow.awaitLines(heard.size() + 1);
        }
        assertThat(heard).hasSizeLessThan(all).anyMatch(line -> line.endsWith(told(victim)));
    }
}
