package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Clog;
import dev.parley.connection.ManualClock;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a room does when its members, or this node, cannot keep up. */
@Timeout(120)
final class RoomPressureTest {
    private static final RoomId LOBBY = new RoomId("lobby");
    private static final int OUTBOX = 1_000; // so it is filling when more than a quarter of that waits
    private static final int FILLING = OUTBOX / 4 + 2; // entries: one in flight, the others waiting
    private static final int MANY = 3 * OUTBOX; // would overflow, if the room did not pause
    // Would overflow, if the room did not pause, by as little as will do: once one of the slow reads, the room goes on,
    // and
    // leaves behind whoever then gets no processor.
    private static final int ONE_TOO_MANY = OUTBOX + 2;
    private static final int SOME = OUTBOX * 6 / 10; // fills, and does not overflow
    private static final long SOME_PAUSES_MILLIS = 30;

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final MemoryBackplane backplane =
            new MemoryBackplane(100_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE));

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void whoSpeaksInARoomThatCannotKeepUpIsClosedWith4004BeforeAnythingIsStored() {
        Rooms rooms = rooms(5);
        Peer alice = peer();
        Peer bob = peer();
        TextMember speaker = join(rooms, alice, "1");
        TextMember listener = join(rooms, bob, "2");

        Clog.during(workers.fanOut(), () -> {
            IntStream.range(0, 5).forEach(i -> speaker.say("m" + i));
            assertThat(alice.connection().isLive()).isTrue();

            speaker.say("one too many");
            assertThat(alice.connection().isLive()).isFalse();
            assertThat(alice.awaitClose()).isEqualTo(CloseCode.OVERLOADED);
            assertThat(bob.connection().isLive()).isTrue(); // it has said nothing
            assertThat(drafts()).hasSize(6).last().isEqualTo("LEFT ");
            assertThat(drafts().subList(0, 5))
                    .containsExactly("MESSAGE m0", "MESSAGE m1", "MESSAGE m2", "MESSAGE m3", "MESSAGE m4");
        });

        assertThat(bob.awaitLine("Client #1 left the chat")).hasSize(6);
        Clog.settle(workers.fanOut()); // an entry waits until it has been handed to everybody
        listener.say("and on it goes");
        bob.awaitLine("Client #2 says: and on it goes");
    }

    @Test
    void theRoomPausesWhileMostMembersAreBehindAndThenGoesOn() throws Exception {
        Rooms rooms = rooms(10_000);
        Peer fast = new Peer(workers);
        List<Peer> slow = List.of(peer(), peer());
        slow.forEach(Peer::hold);
        TextMember speaker = join(rooms, fast, "1");
        slow.forEach(peer -> join(rooms, peer, "2"));

        IntStream.range(0, ONE_TOO_MANY).forEach(i -> speaker.say("m" + i));
        fast.awaitLines(2 * FILLING);
        letSomePausesPass();
        int delivered = fast.lines().size();
        letSomePausesPass();
        assertThat(fast.lines()).hasSize(delivered).hasSizeLessThan(2 * OUTBOX);

        // While nothing moves, because the room goes on as soon as one of them reads.
        Clog.during(workers.fanOut(), () -> slow.forEach(Peer::release));
        fast.awaitLines(2 * ONE_TOO_MANY);
        slow.forEach(peer -> assertThat(peer.awaitLines(ONE_TOO_MANY)).hasSize(ONE_TOO_MANY));
        assertThat(slow).allMatch(peer -> peer.connection().isLive());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 16, 17, 24, 32, 48})
    void aSlowHalfDoesNotPauseTheRoom(int size) {
        Rooms rooms = rooms(10_000);
        List<Peer> everySecond = new ArrayList<>();
        List<Peer> others = new ArrayList<>();
        List<TextMember> speakers = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            boolean isSlow = i % 2 == 0 && everySecond.size() < size / 2;
            Peer peer = isSlow ? peer() : new Peer(workers);
            TextMember member = join(rooms, peer, Integer.toString(i));
            if (isSlow) {
                peer.hold();
                everySecond.add(peer);
            } else {
                others.add(peer);
                speakers.add(member);
            }
        }

        IntStream.range(0, SOME).forEach(i -> speakers.get(0).say("m" + i));

        others.get(0).awaitLines(2 * SOME);
        others.subList(1, others.size()).forEach(peer -> peer.awaitLines(SOME));
        assertThat(everySecond).allMatch(peer -> peer.connection().isLive());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 16})
    void aRoomWhoseMembersCanAllBeLookedAtPausesWhenOneMoreThanHalfIsBehind(int size) throws Exception {
        Rooms rooms = rooms(10_000);
        List<Peer> slow = new ArrayList<>();
        List<TextMember> members = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Peer peer = peer();
            members.add(join(rooms, peer, Integer.toString(i)));
            if (i % 2 == 1 || i == 0) {
                peer.hold();
                slow.add(peer);
            }
        }
        for (Peer peer : slow.subList(Math.min(slow.size(), size / 2 + 1), slow.size())) {
            peer.release(); // of an odd number, one would be too many
        }

        IntStream.range(0, MANY).forEach(i -> members.get(0).say("m" + i));
        slow.get(0).awaitLines(1);
        letSomePausesPass();

        assertThat(slow).allMatch(peer -> peer.connection().isLive());
    }

    @Test
    void membersWhoHaveStoppedReadingDoNotPauseTheRoomHoweverMany() {
        Rooms rooms = rooms(10_000);
        Peer reader = new Peer(workers);
        List<Peer> stalled = IntStream.range(0, 5).mapToObj(i -> peer()).toList();
        stalled.forEach(Peer::hold);
        TextMember speaker = join(rooms, reader, "1");
        stalled.forEach(peer -> join(rooms, peer, "2"));
        speaker.say("the last that they take");
        stalled.forEach(peer -> peer.awaitLines(1));

        clock.advance(Duration.ofMillis(250));
        IntStream.range(0, MANY).forEach(i -> speaker.say("m" + i));

        reader.awaitLine("Client #1 says: m" + (MANY - 1));
        assertThat(stalled).allSatisfy(peer -> assertThat(peer.awaitClose()).isEqualTo(CloseCode.SLOW));
        assertThat(reader.connection().isLive()).isTrue();
    }

    @Test
    void aBacklogOfMoreMessagesThanAnOutboxHoldsClosesNobodyWhoReads() {
        List<Peer> readers = IntStream.range(0, 3)
                .mapToObj(i -> new Peer(workers, clock, OUTBOX))
                .toList();
        Rooms rooms = rooms(10_000);
        TextMember speaker = join(rooms, readers.get(0), "1");
        readers.subList(1, 3).forEach(peer -> join(rooms, peer, "2"));

        Clog.during(workers.fanOut(), () -> IntStream.range(0, MANY).forEach(i -> speaker.say("m" + i)));

        readers.forEach(peer -> peer.awaitLineOrClose("Client #1 says: m" + (MANY - 1)));
        assertThat(readers).allSatisfy(peer -> assertThat(peer.closes()).isEmpty());
    }

    @Test
    void aBacklogOfMoreBytesThanAnOutboxHoldsClosesNobodyWhoReads() {
        String large = "x".repeat(100_000);
        List<Peer> readers = IntStream.range(0, 3)
                .mapToObj(i -> Peer.withRoomFor(16L * large.length(), workers))
                .toList();
        Rooms rooms = rooms(10_000);
        TextMember speaker = join(rooms, readers.get(0), "1");
        readers.subList(1, 3).forEach(peer -> join(rooms, peer, "2"));

        Clog.during(workers.fanOut(), () -> IntStream.range(0, 40).forEach(i -> speaker.say(large + i)));

        readers.forEach(peer -> peer.awaitLineOrClose("Client #1 says: " + large + 39));
        assertThat(readers).allSatisfy(peer -> assertThat(peer.closes()).isEmpty());
    }

    @Test
    void aNodeThatIsSlowToWriteLosesNoMember() throws Exception {
        Rooms rooms = rooms(10_000);
        ExecutorService container = Executors.newSingleThreadExecutor();
        try {
            List<Peer> peers = IntStream.range(0, 8).mapToObj(i -> peer()).toList();
            peers.forEach(peer -> peer.takeOn(container));
            List<TextMember> members = IntStream.range(0, 8)
                    .mapToObj(i -> join(rooms, peers.get(i), Integer.toString(i)))
                    .toList();

            IntStream.range(0, 3_000).forEach(i -> members.get(i % 8).say("m" + i));

            for (Peer peer : peers) {
                peer.awaitLine("Client #7 says: m2999");
                assertThat(peer.connection().isLive()).isTrue();
                assertThat(peer.overlaps()).isZero();
            }
        } finally {
            container.shutdownNow();
            assertThat(container.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Rooms rooms(int maxBacklog) {
        return new Rooms(
                backplane, workers, maxBacklog, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    }

    private Peer peer() {
        return new Peer(workers, clock, OUTBOX);
    }

    private static TextMember join(Rooms rooms, Peer peer, String user) {
        return rooms.join(LOBBY, peer.connection(), user, GuideWindow.GUIDE, () -> true);
    }

    private List<String> drafts() {
        return backplane
                .read(LOBBY, Position.ORIGIN, Integer.MAX_VALUE, Long.MAX_VALUE)
                .toCompletableFuture()
                .join()
                .entries()
                .stream()
                .map(Entry::draft)
                .map(RoomPressureTest::kindAndText)
                .toList();
    }

    private static String kindAndText(Draft draft) {
        return draft.kind() + " " + draft.text();
    }

    /** Gives a loop that does not pause the time to go on. */
    private void letSomePausesPass() throws Exception {
        workers.timer()
                .schedule(() -> {}, SOME_PAUSES_MILLIS, TimeUnit.MILLISECONDS)
                .get(20, TimeUnit.SECONDS);
        Clog.settle(workers.fanOut());
    }
}
