package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Clog;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a room holds, and what becomes of it when that is too much, or when something fails. */
@Timeout(60)
final class RoomBudgetTest {
    private static final RoomId LOBBY = new RoomId("lobby");
    private static final int MAX_BACKLOG = 10;

    private final Workers workers = new Workers();
    private final Budget budget = new Budget(1_000_000);
    private final MemoryBackplane backplane =
            new MemoryBackplane(100, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Rooms rooms = new Rooms(backplane, workers, MAX_BACKLOG, id -> Overflow.CLOSE, budget, 100);

    /** Besides rooms and places in them. */
    private long held() {
        return budget.used() - budget.usedBy().get("rooms");
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void whatOthersStoreIsCountedUntilItHasBeenHandedOn() {
        Peer reader = json();

        Clog.during(workers.fanOut(), () -> {
            store(3);
            assertThat(budget.usedBy().get("backlog")).isGreaterThan(3_000);
        });

        reader.awaitLine(line(reader, "m2"));
        Clog.settle(workers.fanOut());
        assertThat(held()).isZero();
    }

    @Test
    void moreEntriesThanFitAreDroppedAndMembersAreToldOnce() {
        Peer reader = json();
        Peer text = new Peer(workers);
        rooms.join(LOBBY, text.connection(), "2", GuideWindow.GUIDE, () -> true);

        Clog.during(workers.fanOut(), () -> store(20 * MAX_BACKLOG));

        reader.awaitLine("{\"type\":\"gap\",\"room\":\"lobby\"}");
        assertThat(text.awaitClose()).isEqualTo(CloseCode.INTERNAL_ERROR);
        Clog.settle(workers.fanOut());
        assertThat(reader.lines().stream().filter(line -> line.contains("\"gap\"")))
                .hasSize(1);
        assertThat(held()).isZero();
        assertThat(reader.connection().isLive()).isTrue();
        assertThat(rooms.gaps()).isEqualTo(1);
    }

    @Test
    void moreBytesThanFitAreDropped() {
        Peer reader = json();

        Clog.during(workers.fanOut(), () -> {
            String large = "x".repeat(100_000);
            IntStream.range(0, 4).forEach(i -> append("m" + i, '"' + large + '"'));
            assertThat(budget.usedBy().get("backlog")).isLessThan(250_000);
        });

        reader.awaitLine("{\"type\":\"gap\",\"room\":\"lobby\"}");
    }

    @Test
    void aRoomThatGivesWayDropsItsBacklogAndKeepsItsTurns() {
        Peer reader = json();
        Room room = rooms.room(LOBBY);
        JsonMember late = rooms.join(LOBBY, new Peer(workers).connection(), "late");

        Clog.during(workers.fanOut(), () -> {
            store(3);
            late.leave();
            assertThat(room.held()).isPositive();
            room.giveWay();
            assertThat(room.held()).isZero();
            assertThat(held()).isZero();
        });

        reader.awaitLine("{\"type\":\"gap\",\"room\":\"lobby\"}");
        Clog.settle(workers.fanOut());
        assertThat(late.isOut()).isTrue();
        assertThat(room.loop().isOverloaded()).isFalse();
    }

    @Test
    void anErrorInATurnClosesWhomItConcernsAndTheRoomGoesOn() {
        Peer reader = json();
        Peer culprit = new Peer(workers);

        rooms.room(LOBBY).loop().turn(culprit.connection(), () -> {
            throw new NoClassDefFoundError("dev/parley/Secret");
        });
        store(1);

        assertThat(culprit.awaitClose()).isEqualTo(CloseCode.INTERNAL_ERROR);
        reader.awaitLine(line(reader, "m0"));
    }

    @Test
    void anErrorInTheFanOutClosesWhomItConcernsAndTheRoomGoesOn() {
        Rooms fragile = new Rooms(
                backplane, workers, MAX_BACKLOG, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
        Peer reader = new Peer(workers);
        fragile.join(LOBBY, reader.connection(), "1", new Fragile(), () -> true);
        Peer other = new Peer(workers);
        fragile.join(LOBBY, other.connection(), "2", GuideWindow.GUIDE, () -> true);

        store(2);

        assertThat(reader.awaitClose()).isEqualTo(CloseCode.INTERNAL_ERROR);
        other.awaitLine("Client #u says: \"m1\",\"" + "x".repeat(1_000) + '"');
    }

    @Test
    void aTextThatIsTooLongAsJsonIsRefusedBeforeItIsStored() {
        Peer sender = new Peer(workers);
        TextMember member = rooms.join(LOBBY, sender.connection(), "1", GuideWindow.GUIDE, () -> true);

        member.say("x".repeat(100));
        member.say("\u0001".repeat(16) + "\n\n");
        assertThat(sender.connection().isLive()).isTrue();
        member.say("\u0001".repeat(17));

        assertThat(sender.awaitClose()).isEqualTo(CloseCode.TOO_BIG);
        assertThat(
                        backplane
                                .read(LOBBY, Position.ORIGIN, 10, Long.MAX_VALUE)
                                .toCompletableFuture()
                                .join()
                                .entries()
                                .stream()
                                .filter(entry -> entry.draft().kind() == Draft.Kind.MESSAGE))
                .hasSize(2);
    }

    @Test
    void aJsonValueThatIsTooLongWithWhatStandsAroundItIsRefusedAndNobodyIsClosed() {
        int max = 1_000;
        Rooms bounded = new Rooms(backplane, workers, MAX_BACKLOG, id -> Overflow.CLOSE, budget, max);
        Peer reader = new Peer(workers);
        bounded.join(LOBBY, reader.connection(), "reader").enter("1", null, false, true);
        Peer sender = new Peer(workers);
        JsonMember member = bounded.join(LOBBY, sender.connection(), "\u0001".repeat(20)); // six times that in JSON
        member.enter("1", null, false, true);
        reader.awaitLines(1);
        sender.awaitLines(1);

        member.send("2", Draft.Origin.TOKEN, "a", null, '"' + "é".repeat(350) + '"');
        sender.awaitLine("{\"id\":2,\"type\":\"error\",\"code\":\"too-big\",\"retry\":false,\"message\":\""
                + ErrorCode.TOO_BIG.sentence() + "\"}");
        member.send("3", Draft.Origin.TOKEN, "b", null, '"' + "é".repeat(280) + '"');

        String heard = reader.awaitLines(2).get(1);
        assertThat(heard).contains("\"" + "é".repeat(280) + "\"");
        assertThat(heard.getBytes(StandardCharsets.UTF_8).length).isBetween(max - 300, max);
        assertThat(reader.connection().isLive()).isTrue();
        assertThat(sender.connection().isLive()).isTrue();
    }

    @Test
    void aDeliveryIsTimedByTheNodesOwnClock() {
        MemoryBackplane elsewhere =
                new MemoryBackplane(100, InstantSource.fixed(Instant.EPOCH), new Budget(Long.MAX_VALUE));
        Rooms others =
                new Rooms(elsewhere, workers, 100, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
        Peer reader = new Peer(workers);
        TextMember member = others.join(LOBBY, reader.connection(), "1", GuideWindow.GUIDE, () -> true);

        member.say("hello");
        reader.awaitLine("Client #1 says: hello");
        Clog.settle(workers.fanOut());

        assertThat(others.delivery().counts().total()).isEqualTo(1);
        assertThat(others.delivery().counts().quantile(1)).isLessThan(5);
    }

    @Test
    void aRoomIsCountedWhileSomebodyIsIn() {
        Peer unwanted = new Peer(workers);
        TextMember first = rooms.join(LOBBY, unwanted.connection(), "1", GuideWindow.GUIDE, () -> true);
        unwanted.connection().close(CloseCode.REMOVED);
        TextMember second = rooms.join(LOBBY, unwanted.connection(), "2", GuideWindow.GUIDE, () -> true);

        assertThat(first.room).isNotSameAs(second.room);
        assertThat(rooms.count()).isZero();
    }

    @Test
    void whoTakesASeatIsToldWhatWasSaidSinceItWasReservedOnceAndInOrder() {
        Seat seat = rooms.reserve(LOBBY);
        Peer guest = new Peer(workers);
        append("m0", "\"m0\"");
        assertThat(held()).isPositive();
        Clog.during(workers.fanOut(), () -> {
            append("m1", "\"m1\"");
            rooms.join(seat, guest.connection(), "1", GuideWindow.GUIDE, () -> true);
            append("m2", "\"m2\"");
        });
        append("m3", "\"m3\"");

        guest.awaitLine("Client #u says: m3");
        assertThat(guest.lines())
                .containsExactly(
                        "Client #u says: m0", "Client #u says: m1", "Client #u says: m2", "Client #u says: m3");
        seat.close();
        assertThat(rooms.count()).isEqualTo(1);
        Clog.settle(workers.fanOut());
        assertThat(held()).isZero();
    }

    @Test
    void aSeatThatIsGivenUpLeavesNothing() {
        Seat seat = rooms.reserve(LOBBY);
        append("m0", "\"m0\"");
        assertThat(rooms.count()).isEqualTo(1);

        seat.close();
        seat.close();

        assertThat(rooms.count()).isZero();
        Clog.settle(workers.fanOut());
        assertThat(held()).isZero();
    }

    @Test
    void whoHasMissedTooMuchOnTheWayIsToldSo() {
        Seat seat = rooms.reserve(LOBBY);
        store(1_001);
        Peer guest = new Peer(workers);

        rooms.join(seat, guest.connection(), "1", GuideWindow.GUIDE, () -> true);

        assertThat(guest.awaitClose()).isEqualTo(CloseCode.OVERLOADED);
        assertThat(guest.lines()).isEmpty();
    }

    private static final class Fragile implements Window {
        @Override
        public String render(dev.parley.backplane.Entry entry) {
            throw new OutOfMemoryError("for the test");
        }

        @Override
        public String acknowledge(Draft own) {
            return "";
        }
    }

    private Peer json() {
        Peer peer = new Peer(workers);
        rooms.join(LOBBY, peer.connection(), "reader").enter(null, null, false, true);
        peer.awaitLines(1);
        return peer;
    }

    private void store(int count) {
        String filling = "x".repeat(1_000);
        for (int i = 0; i < count; i++) {
            append("m" + i, count < 100 ? "\"m" + i + "\",\"" + filling + "\"" : "\"m" + i + "\"");
        }
    }

    private void append(String key, String json) {
        backplane.append(LOBBY, new Draft(key, new Draft.Author("u", "c"), Draft.Kind.JSON, json));
    }

    /** The line that says so, whatever its position and time. */
    private static String line(Peer peer, String said) {
        while (true) {
            for (String line : peer.awaitLines(2)) {
                if (line.contains('"' + said + '"')) {
                    return line;
                }
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void roomsAndPlacesAreHeldForWhoIsInThemUntilTheyAreLeft() {
        Peer greedy = new Peer(workers);
        Peer modest = new Peer(workers);
        JsonMember first = rooms.join(LOBBY, greedy.connection(), "greedy");
        JsonMember second = rooms.join(new RoomId("other"), greedy.connection(), "greedy");
        JsonMember third = rooms.join(LOBBY, modest.connection(), "modest");

        assertThat(budget.usedBy().get("rooms")).isEqualTo(2 * Room.BYTES + 3 * Member.BYTES);
        assertThat(greedy.connection().held()).isEqualTo(2 * modest.connection().held());

        first.leave();
        second.leave();
        third.leave();
        Clog.settle(workers.fanOut());
        assertThat(budget.used()).isZero();
        assertThat(greedy.connection().held()).isZero();
    }

    @Test
    void whoMayComeBackIsCountedUntilItIsGone() {
        Peer peer = new Peer(workers);
        JsonMember member = rooms.join(LOBBY, peer.connection(), "late");

        member.ended();

        assertThat(budget.usedBy().get("rooms")).isEqualTo(Member.BYTES);
    }
}
