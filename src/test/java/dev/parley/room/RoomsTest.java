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
import dev.parley.connection.Seed;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class RoomsTest {
    private static final RoomId LOBBY = new RoomId("lobby");
    private static final int ORPHAN_ROUNDS = 3_000;

    private final Workers workers = new Workers();
    private final MemoryBackplane backplane =
            new MemoryBackplane(100_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
    private final Rooms rooms =
            new Rooms(backplane, workers, 100_000, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        workers.close();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theSenderReadsYouWroteDirectlyBeforeItsOwnMessageAndTheOthersOnlyTheMessage() {
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        TextMember member = join(alice, "1");
        join(bob, "2");

        for (int i = 0; i < 50; i++) {
            member.say("m" + i);
        }

        assertThat(alice.awaitLines(100))
                .isEqualTo(IntStream.range(0, 50)
                        .boxed()
                        .flatMap(i -> List.of("You wrote: m" + i, "Client #1 says: m" + i).stream())
                        .toList());
        assertThat(bob.awaitLines(50))
                .isEqualTo(IntStream.range(0, 50)
                        .mapToObj(i -> "Client #1 says: m" + i)
                        .toList());
    }

    /** Nobody would ever take it off the list again. */
    @Test
    void whoseConnectionIsOverBeforeItIsLetInIsNeverPresent() {
        RoomId room = new RoomId("news");
        Peer gone = new Peer(workers);
        JsonMember late = rooms.join(room, gone.connection(), "ann");
        gone.connection().gone();
        late.enter(null, null, true, true);
        Peer bob = new Peer(workers);
        rooms.join(room, bob.connection(), "bob").enter(null, null, true, true);
        bob.awaitLines(2);

        assertThat(backplane.presence().members(room).toCompletableFuture().join())
                .containsOnlyKeys("bob");
    }

    @Test
    void joiningIsSilent() {
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        join(alice, "1");
        join(bob, "2").say("first words");

        assertThat(alice.awaitLines(1)).containsExactly("Client #2 says: first words");
    }

    @Test
    void allMembersReadOneOrderWhoeverSpeaksAtTheSameTime() throws Exception {
        Seed seed = Seed.of(getClass());
        Random random = seed.round(0);
        int speakers = 8;
        int messages = 250;
        List<Peer> peers = new ArrayList<>();
        List<Runnable> speeches = new ArrayList<>();
        for (int i = 0; i < speakers; i++) {
            Peer peer = new Peer(workers);
            takeAnyhow(peer, random);
            peers.add(peer);
            TextMember member = join(peer, Integer.toString(i));
            speeches.add(() -> IntStream.range(0, messages).forEach(number -> member.say("m" + number)));
        }

        atOnce(speeches);

        List<String> order = broadcasts(peers.get(0).awaitLines(messages * (speakers + 1)));
        assertThat(order).as("%s", seed).hasSize(messages * speakers);
        for (int i = 0; i < speakers; i++) {
            String user = "Client #" + i + " says: ";
            List<String> lines = peers.get(i).awaitLines(messages * (speakers + 1));
            assertThat(broadcasts(lines)).as("%s, member %d", seed, i).isEqualTo(order);
            assertThat(order.stream().filter(line -> line.startsWith(user)))
                    .as("%s, speaker %d", seed, i)
                    .isEqualTo(IntStream.range(0, messages)
                            .mapToObj(number -> user + "m" + number)
                            .toList());
            assertAcknowledgedJustBefore(lines, user, seed.toString());
            assertThat(peers.get(i).overlaps()).isZero();
        }
    }

    @Test
    void aLeaveIsReadOnceByTheOthersAndNotByTheOneWhoLeft() {
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        TextMember stays = join(alice, "1");
        join(bob, "2");

        bob.connection().gone();
        bob.connection().abort(CloseCode.SLOW);
        bob.connection().close(CloseCode.NORMAL);
        stays.say("who is left?");

        assertThat(alice.awaitLines(3))
                .containsExactly("Client #2 left the chat", "You wrote: who is left?", "Client #1 says: who is left?");
        assertThat(bob.lines()).isEmpty();
    }

    @Test
    void nothingStandsInTheLogAfterTheLeaveOfWhoSaidIt() throws Exception {
        for (int round = 0; round < 300; round++) {
            RoomId room = new RoomId("round-" + round);
            Peer observer = new Peer(workers);
            rooms.join(room, observer.connection(), "1", GuideWindow.GUIDE, () -> true);
            Peer leaver = new Peer(workers);
            TextMember member = rooms.join(room, leaver.connection(), "2", GuideWindow.GUIDE, () -> true);

            atOnce(List.of(
                    () -> IntStream.range(0, 50).forEach(i -> member.say("m" + i)),
                    () -> leaver.connection().abort(CloseCode.SLOW),
                    () -> leaver.connection().gone()));

            List<Draft.Kind> kinds =
                    log(room).stream().map(entry -> entry.draft().kind()).toList();
            assertThat(kinds).containsOnlyOnce(Draft.Kind.LEFT).endsWith(Draft.Kind.LEFT);
            List<String> lines = observer.awaitLines(kinds.size());
            assertThat(lines).hasSize(kinds.size()).endsWith("Client #2 left the chat");
        }
    }

    @Test
    void theSameUserTwiceIsTwoMembers() {
        Peer observer = new Peer(workers);
        join(observer, "1");
        Peer one = new Peer(workers);
        Peer other = new Peer(workers);
        join(one, "7").say("from one");
        one.awaitLine("Client #7 says: from one");
        TextMember stays = join(other, "7");

        one.connection().gone();
        stays.say("from the other");

        assertThat(observer.awaitLine("Client #7 says: from the other"))
                .containsExactly(
                        "Client #7 says: from one", "Client #7 left the chat", "Client #7 says: from the other");
        assertThat(other.awaitLine("Client #7 says: from the other"))
                .containsExactly(
                        "Client #7 left the chat", "You wrote: from the other", "Client #7 says: from the other");
        assertThat(one.lines()).containsExactly("You wrote: from one", "Client #7 says: from one");
    }

    @Test
    void whatIsSaidAfterTheEndIsNotStored() {
        Peer observer = new Peer(workers);
        join(observer, "1");
        Peer bob = new Peer(workers);
        TextMember member = join(bob, "2");

        bob.connection().close(CloseCode.NORMAL);
        member.say("too late");

        assertThat(log(LOBBY)).extracting(entry -> entry.draft().kind()).containsExactly(Draft.Kind.LEFT);
    }

    @Test
    void aConnectionThatHasEndedJoinsAndLeavesAtOnce() {
        Peer observer = new Peer(workers);
        join(observer, "1");
        Peer bob = new Peer(workers);
        bob.connection().gone();

        join(bob, "2").say("too late");

        assertThat(observer.awaitLines(1)).containsExactly("Client #2 left the chat");
        observer.connection().gone();
        assertThat(rooms.count()).isZero();
    }

    @Test
    void aRoomLastsFromItsFirstMemberToItsLast() {
        assertThat(rooms.count()).isZero();
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        join(alice, "1");
        join(bob, "2");
        rooms.join(new RoomId("attic"), bob.connection(), "2", GuideWindow.GUIDE, () -> true);
        assertThat(rooms.count()).isEqualTo(2);

        alice.connection().gone();
        assertThat(rooms.count()).isEqualTo(2);
        bob.connection().gone();
        assertThat(rooms.count()).isZero();
    }

    @Test
    void whatIsSaidShouldTheNodeDieIsWhatIsSaidWhenAMemberLeaves() {
        RoomId room = new RoomId("news");
        TextMember text = rooms.join(room, new Peer(workers).connection(), "1", GuideWindow.GUIDE, () -> true);
        JsonMember json = rooms.join(room, new Peer(workers).connection(), "alice");

        assertThat(text.farewell().kind()).isEqualTo(Draft.Kind.LEFT);
        assertThat(json.farewell().kind()).isNotEqualTo(Draft.Kind.LEFT);
    }

    @Test
    void roomsDoNotHearEachOther() {
        RoomId attic = new RoomId("attic");
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        TextMember below = join(alice, "1");
        TextMember above = rooms.join(attic, bob.connection(), "2", GuideWindow.GUIDE, () -> true);

        above.say("in the attic");
        below.say("in the lobby");

        assertThat(alice.awaitLines(2)).containsExactly("You wrote: in the lobby", "Client #1 says: in the lobby");
        assertThat(bob.awaitLines(2)).containsExactly("You wrote: in the attic", "Client #2 says: in the attic");
    }

    @Test
    void whoJoinsWhileTheLastMemberLeavesIsHeardByWhoeverComesNext() throws Exception {
        Peer first = new Peer(workers);
        join(first, "0");
        Peer leaver = first;
        for (int round = 1; round <= ORPHAN_ROUNDS; round++) {
            Peer leaving = leaver;
            Peer joining = new Peer(workers);
            String user = Integer.toString(round);
            List<TextMember> joined = new ArrayList<>();

            atOnce(List.of(() -> leaving.connection().gone(), () -> joined.add(join(joining, user))));
            Peer next = new Peer(workers);
            join(next, "next");
            joined.get(0).say("is anybody here?");

            next.awaitLine("Client #" + user + " says: is anybody here?");
            joining.awaitLine("Client #" + user + " says: is anybody here?");
            assertThat(rooms.count()).as("round %d", round).isEqualTo(1);
            next.connection().gone();
            leaver = joining;
        }
        leaver.connection().gone();
        assertThat(rooms.count()).isZero();
    }

    @Test
    void whoJoinsSeesOnlyWhatIsSaidFromThenOn() {
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        TextMember speaker = join(alice, "1");

        Clog.during(workers.fanOut(), () -> {
            speaker.say("before");
            join(bob, "2");
            speaker.say("after");
        });

        alice.awaitLine("Client #1 says: after");
        assertThat(bob.awaitLine("Client #1 says: after")).containsExactly("Client #1 says: after");
    }

    @Test
    void whoJoinsAndSpeaksWhileTheRoomIsHandingOutReadsItsOwnMessage() {
        ManualClock clock = new ManualClock();
        AtomicBoolean isLookedAt = new AtomicBoolean();
        List<Runnable> meanwhile = new ArrayList<>();
        Peer filling = new Peer(
                workers,
                () -> { // asked by the room, which looks whether its members keep up
                    if (isLookedAt.get() && Thread.currentThread().getName().startsWith("parley-fanout")) {
                        isLookedAt.set(false);
                        meanwhile.forEach(Runnable::run);
                    }
                    return clock.getAsLong();
                },
                1_000);
        filling.hold();
        IntStream.range(0, 300).forEach(i -> filling.connection().send("more than a quarter of 1000"));
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        TextMember speaker = join(alice, "1");
        join(filling, "2");
        join(new Peer(workers), "3");
        meanwhile.add(() -> join(bob, "4").say("I am here"));

        isLookedAt.set(true);
        speaker.say("is anybody here?");

        alice.awaitLine("Client #4 says: I am here");
        assertThat(bob.awaitLine("Client #4 says: I am here")).contains("You wrote: I am here");
    }

    @Test
    void anAnswerThatComesWithALaterOneIsNoLongerOwed() throws Exception {
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        TextMember speaker = join(alice, "1");
        TextMember other = join(bob, "2");
        Clog.during(workers.fanOut(), () -> {
            speaker.say("first"); // expects an answer
            IntStream.range(0, 10).forEach(i -> other.say("m" + i));
            speaker.say("second"); // is not, because so much waits
        });
        alice.awaitLine("Client #1 says: second");
        Clog.settle(workers.fanOut());

        threads.submit(() -> alice.connection().flush(Duration.ofSeconds(60))).get(10, TimeUnit.SECONDS);
    }

    @Test
    void anAuthorIsFlushedWhenItHasReadItsOwnMessage() throws Exception {
        Peer alice = new Peer(workers);
        TextMember speaker = join(alice, "1");

        for (int i = 1; i <= 100; i++) {
            speaker.say("m" + i);
            alice.connection().flush(Duration.ofSeconds(60));

            assertThat(alice.lines()).hasSize(2 * i);
        }
    }

    @Test
    void anEntryIsRenderedOnceForAllWhoSeeItAlike() {
        CountingWindow one = new CountingWindow("one");
        CountingWindow other = new CountingWindow("other");
        List<Peer> peers =
                IntStream.range(0, 10).mapToObj(i -> new Peer(workers)).toList();
        for (Peer peer : peers.subList(0, 9)) {
            rooms.join(LOBBY, peer.connection(), "1", one, () -> true);
        }
        TextMember speaker = rooms.join(LOBBY, peers.get(9).connection(), "2", other, () -> true);

        speaker.say("hello");

        peers.get(9).awaitLine("other hello");
        peers.subList(0, 9).forEach(peer -> assertThat(peer.awaitLines(1)).containsExactly("one hello"));
        assertThat(one.renderings).hasValue(1);
        assertThat(other.renderings).hasValue(1);
    }

    @Test
    void anEntryThatCannotBeShownDoesNotSilenceTheRoom() {
        Peer alice = new Peer(workers);
        Peer bob = new Peer(workers);
        TextMember speaker = join(alice, "1");
        rooms.join(
                LOBBY,
                bob.connection(),
                "2",
                new Window() {
                    @Override
                    public String render(Entry entry) {
                        throw new IllegalStateException("a fault of ours");
                    }

                    @Override
                    public String acknowledge(Draft own) {
                        return "";
                    }
                },
                () -> true);

        speaker.say("one");
        alice.awaitLine("Client #1 says: one");
        speaker.say("two");

        assertThat(alice.awaitLine("Client #1 says: two"))
                .contains("You wrote: one", "Client #1 says: one", "You wrote: two");
    }

    @Test
    void aMessageThatCannotBeStoredClosesItsAuthorWith1011() {
        Peer alice = new Peer(workers);
        TextMember speaker = join(alice, "1");
        backplane.close();

        speaker.say("into the void");

        assertThat(alice.awaitClose()).isEqualTo(CloseCode.INTERNAL_ERROR);
        assertThat(alice.lines()).isEmpty();
    }

    @Test
    void aClosedRoomTellsNobodyOfTheOthersLeaving() {
        List<Peer> peers =
                IntStream.range(0, 20).mapToObj(i -> new Peer(workers)).toList();
        List<TextMember> members = IntStream.range(0, 20)
                .mapToObj(i -> join(peers.get(i), Integer.toString(i)))
                .toList();

        rooms.close();
        members.get(0).say("does anybody hear me?");
        peers.forEach(peer -> peer.connection().close(CloseCode.GOING_AWAY));
        peers.forEach(Peer::awaitClose);
        Clog.settle(workers.fanOut());

        assertThat(peers).allSatisfy(peer -> assertThat(peer.lines()).isEmpty());
        assertThat(rooms.count()).isZero();
    }

    private TextMember join(Peer peer, String user) {
        return rooms.join(LOBBY, peer.connection(), user, GuideWindow.GUIDE, () -> true);
    }

    private List<Entry> log(RoomId room) {
        return backplane
                .read(room, Position.ORIGIN, Integer.MAX_VALUE, Long.MAX_VALUE)
                .toCompletableFuture()
                .join()
                .entries();
    }

    private void takeAnyhow(Peer peer, Random random) {
        switch (random.nextInt(3)) {
            case 0 -> peer.takeTwice();
            case 1 -> peer.takeOn(threads);
            default -> peer.release();
        }
    }

    private static List<String> broadcasts(List<String> lines) {
        return lines.stream().filter(line -> !line.startsWith("You wrote: ")).toList();
    }

    private static void assertAcknowledgedJustBefore(List<String> lines, String user, String about) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(user)) {
                assertThat(lines.get(i - 1))
                        .as(about)
                        .isEqualTo("You wrote: " + lines.get(i).substring(user.length()));
            }
        }
    }

    private void atOnce(List<Runnable> actions) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(actions.size());
        List<Future<?>> running = new ArrayList<>();
        for (Runnable action : actions) {
            running.add(threads.submit(() -> {
                barrier.await(20, TimeUnit.SECONDS);
                action.run();
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    private static final class CountingWindow implements Window {
        final AtomicInteger renderings = new AtomicInteger();
        private final String name;

        CountingWindow(String name) {
            this.name = name;
        }

        @Override
        public String render(Entry entry) {
            renderings.incrementAndGet();
            return name + " " + entry.draft().text();
        }

        @Override
        public String acknowledge(Draft own) {
            return "ack";
        }
    }
}
