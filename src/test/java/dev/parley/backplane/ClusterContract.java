package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.handshake.RecordedLog;
import dev.parley.node.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What two nodes of a cluster know of each other: who is in which room, and words to all nodes. */
public abstract class ClusterContract extends TwoNodes {
    @Test
    void whoEntersOnOneNodeIsSeenOnTheOther() throws Exception {
        Watch watch = watch(there);

        enter(here, "alice", "a1");

        assertThat(watch.take(1)).containsExactly("+alice");
        assertThat(result(there.presence().members(room))).isEqualTo(Map.of("alice", new Occupant(1, "")));
    }

    @Test
    void whoIsInAlreadyIsToldFirst() throws Exception {
        enter(here, "alice", "a1");
        enter(there, "bob", "b1");
        awaitMembers(here, Map.of("alice", 1, "bob", 1)::equals);

        assertThat(watch(here).take(2)).containsExactlyInAnyOrder("+alice", "+bob");
    }

    @Test
    void aUserIsInUntilTheLastConnectionIsOut() throws Exception {
        Watch watch = watch(here);
        enter(here, "alice", "a1");
        watch.take(1);
        enter(there, "alice", "a2");
        awaitMembers(here, Map.of("alice", 2)::equals);

        leave(here, "alice", "a1");
        awaitMembers(there, Map.of("alice", 1)::equals);
        leave(there, "alice", "a2");
        enter(there, "marker", "m1");

        assertThat(watch.take(2)).containsExactlyInAnyOrder("-alice", "+marker");
        awaitMembers(there, Map.of("marker", 1)::equals);
    }

    @Test
    void enteringTwiceIsOnceAndWhoIsUnknownCannotLeave() throws Exception {
        enter(here, "alice", "a1");
        enter(here, "alice", "a1");
        leave(here, "alice", "another");
        leave(here, "bob", "b1");
        enter(here, "marker", "m1");

        awaitMembers(there, Map.of("alice", 1, "marker", 1)::equals);
    }

    @Test
    void whatMembersSayOfThemselvesIsSeenOnTheOtherNodeTheNewestOfAUser() throws Exception {
        String bob = "b\u00f6b@home";
        Watch steady = watch(there);
        says(here, "alice", "a1", Occupant.status(1, "{\"at\": \"home\"}"));
        assertThat(steady.take(2)).containsExactly("+alice", "alice={\"at\": \"home\"}");
        says(there, "alice", "a2", Occupant.status(3, "\"\u20ac @\""));
        assertThat(steady.take(1)).containsExactly("alice=\"\u20ac @\"");
        says(here, "alice", "a1", Occupant.status(2, "1")); // older, whenever it arrives
        says(here, bob, "b1", "null");
        assertThat(steady.take(1)).containsExactly("+" + bob);
        assertThat(result(here.presence().members(room)))
                .isEqualTo(
                        Map.of("alice", new Occupant(2, Occupant.status(3, "\"\u20ac @\"")), bob, new Occupant(1, "")));

        leave(there, "alice", "a2");
        assertThat(steady.take(1)).containsExactly("alice=1");
        says(here, "alice", "a1", "null");
        assertThat(steady.take(1)).containsExactly("alice=");
        says(here, "alice", "a1", Occupant.status(9, "[]"));
        assertThat(steady.take(1)).containsExactly("alice=[]");
        assertThat(watch(here).take(3)).containsExactlyInAnyOrder("+alice", "alice=[]", "+" + bob);
        leave(here, "alice", "a1");
        assertThat(steady.take(1)).containsExactly("-alice");
        enter(here, "alice", "a1");
        assertThat(steady.take(1)).as("nothing is left of it").containsExactly("+alice");
        says(here, bob, "b1", Occupant.status(1, "1"));
        assertThat(steady.take(1)).containsExactly(bob + "=1");
        enter(here, "marker", "m1");
        assertThat(steady.take(1)).containsExactly("+marker");
    }

    @Test
    void namesMayHaveAnythingInThemAndWhatIsSaidMayBeLong() throws Exception {
        String name = "\u0418\u0432\u0430\u043d \u0418\u0432\u0430\u043d\u043e\u0432\u0438\u0447 + %20 \ud83d\ude00";
        String json = '"' + "\u0436 +%".repeat(200) + "xxxxxxxxxxxxxxxxxxxxxx" + '"'; // 1 KiB in UTF-8
        Watch watch = watch(there);
        says(here, name, "a1", Occupant.status(1, json));

        assertThat(watch.take(2)).containsExactly("+" + name, name + "=" + json);
        assertThat(result(there.presence().members(room)))
                .isEqualTo(Map.of(name, new Occupant(1, Occupant.status(1, json))));
        leave(here, name, "a1");
        assertThat(watch.take(1)).containsExactly("-" + name);
    }

    @Test
    void whatIsSaidGoesWithANodeThatStops() throws Exception {
        if (here == there) {
            return; // one node: there is nobody to see it
        }
        Watch watch = watch(there);
        says(here, "alice", "a1", Occupant.status(2, "2"));
        says(there, "alice", "a2", Occupant.status(1, "1"));
        List<String> told = new ArrayList<>();
        while (!told.contains("alice=2")) {
            told.addAll(watch.take(1));
        }

        here.close();

        assertThat(watch.take(1)).containsExactly("alice=1");
    }

    private void says(Backplane node, String user, String connection, String text) {
        Draft.Author member = new Draft.Author(user, connection);
        node.presence().enter(room, new Draft("left-" + connection, member, Draft.Kind.JSON, text));
    }

    @Test
    void roomsHaveTheirOwnMembers() throws Exception {
        RoomId another = new RoomId(room.name() + "-another");
        enter(here, "alice", "a1");
        here.presence().enter(another, farewell("alice", "a1"));
        here.presence().leave(another, new Draft.Author("alice", "a1"));
        enter(here, "marker", "m1");

        awaitMembers(there, Map.of("alice", 1, "marker", 1)::equals);
        assertThat(result(there.presence().members(another))).isEmpty();
    }

    @Test
    void aClosedWatchIsOverAndTheOthersGoOn() throws Exception {
        Watch over = new Watch();
        Subscription subscription = here.presence().watch(room, over);
        Watch other = watch(here);
        enter(here, "alice", "a1");
        assertThat(over.take(1)).isEqualTo(other.take(1));

        subscription.close();
        subscription.close();
        enter(here, "bob", "b1");

        assertThat(other.take(1)).containsExactly("+bob");
        assertThat(over.changes).isEmpty();
    }

    @Test
    void aNodeThatStopsTakesItsMembersAlong() throws Exception {
        if (here == there) {
            return; // one node: there is nobody to see it
        }
        Watch watch = watch(there);
        enter(here, "alice", "a1");
        enter(there, "bob", "b1");
        watch.take(2);

        here.close();

        assertThat(watch.take(1)).containsExactly("-alice");
        assertThat(result(there.presence().members(room))).isEqualTo(Map.of("bob", new Occupant(1, "")));
    }

    @Test
    void whoComesAndGoesIsToldOnceOnOneOfTheNodes() throws Exception {
        Witnessed told = new Witnessed();
        here.witnessedBy(told);
        there.witnessedBy(told);

        enter(here, "alice", "a1");
        assertThat(told.take()).isEqualTo("empty +alice");
        enter(there, "alice", "a2");
        awaitMembers(here, Map.of("alice", 2)::equals);
        enter(there, "bob", "b1");
        assertThat(told.take()).isEqualTo("+bob");
        leave(here, "alice", "a1");
        awaitMembers(here, Map.of("alice", 1, "bob", 1)::equals);
        leave(there, "bob", "b1");
        assertThat(told.take()).isEqualTo("-bob");
        leave(there, "alice", "a2");

        assertThat(told.take()).isEqualTo("-alice empty");
        assertThat(told.news).isEmpty();
    }

    @Test
    void ofManyWhoComeThroughBothNodesEachIsToldOnce() throws Exception {
        Witnessed told = new Witnessed();
        here.witnessedBy(told);
        there.witnessedBy(told);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            enter(i % 2 == 0 ? here : there, "user-" + i / 3, "c-" + i);
            expected.add("+user-" + i / 3);
        }

        List<String> joined = new ArrayList<>();
        while (joined.size() < 200) {
            joined.addAll(List.of(told.take().replace("empty ", "").split(" ")));
        }
        assertThat(joined)
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().distinct().toList());
        assertThat(told.news).isEmpty();
    }

    @Test
    void whatIsSaidIsToldOnceByTheNodeThatStoresIt() throws Exception {
        Witnessed told = new Witnessed();
        here.witnessedBy(told);
        Draft draft = new Draft("k1", new Draft.Author("alice", "a1"), Draft.Kind.JSON, "1");
        Appended first = result(here.append(room, draft));
        result(here.append(room, draft));
        result(here.append(room, farewell("alice", "a1")));
        result(here.append(new RoomId("secret"), new Draft("k", draft.author(), draft.kind(), "x")));
        result(here.append(room, new Draft("k2", draft.author(), draft.kind(), "2")));

        assertThat(told.take()).isEqualTo("alice: 1 at " + first.position().seq());
        assertThat(told.take()).startsWith("alice: 2");
        assertThat(told.news).isEmpty();
    }

    @Test
    void whatIsTracedIsToldAndReadOnTheOtherNodeWithItsTrace() throws Exception {
        LinkedBlockingQueue<Draft> told = new LinkedBlockingQueue<>();
        Following following = there.follow(room, entry -> told.add(entry.draft()));
        result(following.from());
        Draft plain = new Draft("k1", new Draft.Author("alice", "a1"), Draft.Kind.JSON, "1");
        Draft traced = new Draft("k2", plain.author(), plain.kind(), "2", "00-" + "a".repeat(32) + "-0-01 x=y");
        result(here.append(room, plain));
        result(here.append(room, traced));

        assertThat(told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(plain);
        assertThat(told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(traced);
        assertThat(result(there.readBefore(room, Long.MAX_VALUE, 10, Long.MAX_VALUE))
                        .entries())
                .extracting(Entry::draft)
                .containsExactly(plain, traced);
        following.close();
    }

    /** What a witness of everything but the room {@code secret} was told. */
    public static class Witnessed implements Witness {
        public final LinkedBlockingQueue<String> news = new LinkedBlockingQueue<>();

        @Override
        public boolean seesMembers(RoomId room) {
            return !room.name().equals("secret");
        }

        @Override
        public boolean seesMessages(RoomId room) {
            return seesMembers(room);
        }

        @Override
        public void moved(RoomId room, Turnout turnout) {
            List<String> words = new ArrayList<>();
            if (turnout.wasEmpty()) {
                words.add("empty");
            }
            turnout.left().forEach(user -> words.add("-" + user));
            turnout.joined().forEach(user -> words.add("+" + user));
            if (turnout.isEmpty()) {
                words.add("empty");
            }
            news.add(String.join(" ", words));
        }

        @Override
        public void stored(RoomId room, Position position, Draft draft) {
            news.add(draft.author().user() + ": " + draft.text() + " at " + position.seq());
        }

        public String take() throws InterruptedException {
            String next = news.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            return next;
        }
    }

    @Test
    void aWordReachesAllNodesOnce() throws Exception {
        LinkedBlockingQueue<String> own = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> others = new LinkedBlockingQueue<>();
        here.control().subscribe(own::add);
        there.control().subscribe(others::add);
        awaitWord(own, others);

        String word = "kick é€😀 \n\"'" + "x".repeat(1000);
        here.control().send(word);
        here.control().send("marker");

        assertThat(own.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(word);
        assertThat(own.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("marker");
        assertThat(others.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(word);
        assertThat(others.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("marker");
    }

    @Test
    void noWordIsLostWhenManyThreadsSpeakAtOnce() throws Exception {
        LinkedBlockingQueue<String> own = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> others = new LinkedBlockingQueue<>();
        here.control().subscribe(own::add);
        there.control().subscribe(others::add);
        awaitWord(own, others);

        List<String> words = IntStream.range(0, 400).mapToObj(i -> "word-" + i).toList();
        words.parallelStream().forEach(here.control()::send);

        List<String> heard = new ArrayList<>();
        for (String word; heard.size() < words.size(); heard.add(word)) {
            word = others.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(word).as("after %s", heard).isNotNull();
        }
        assertThat(heard).containsExactlyInAnyOrderElementsOf(words);
    }

    @Test
    void wordsArriveInTheOrderInWhichTheyWereSaidWhateverListenersDo() throws Exception {
        LinkedBlockingQueue<String> own = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> others = new LinkedBlockingQueue<>();
        for (Backplane node : List.of(here, there)) {
            node.control().subscribe(word -> {
                throw new NoClassDefFoundError("thrown by a test");
            });
        }
        here.control().subscribe(own::add);
        there.control().subscribe(others::add);

        try (RecordedLog faults = RecordedLog.of(Threads.class.getName())) { // hundreds
            awaitWord(own, others);

            List<String> words =
                    IntStream.range(0, 300).mapToObj(i -> "word-" + i).toList();
            words.forEach(here.control()::send);

            for (String word : words) {
                assertThat(others.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(word);
                assertThat(own.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(word);
            }
            assertThat(faults.lines()).anyMatch(line -> line.contains("a listener: a fault of ours"));
        }
    }

    @Test
    void aWatcherThatThrowsHurtsNobody() throws Exception {
        there.presence().watch(room, new PresenceStore.Watcher() {
            @Override
            public void joined(String user) {
                throw new IllegalStateException("thrown by a test");
            }

            @Override
            public void changed(String user, String data) {
                throw new IllegalStateException("thrown by a test");
            }

            @Override
            public void left(String user) {
                throw new NoClassDefFoundError("thrown by a test");
            }
        });
        Watch steady = watch(there);

        enter(here, "alice", "a1");
        assertThat(steady.take(1)).containsExactly("+alice");
        leave(here, "alice", "a1");
        assertThat(steady.take(1)).containsExactly("-alice");
    }

    @Test
    void manyWhoComeBackAtOnceAllLearnWhoIsThere() throws Exception {
        List<CompletionStage<Map<String, Occupant>>> answers = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            enter(i % 2 == 0 ? here : there, "user-" + i, "c-" + i);
            answers.add((i % 2 == 0 ? here : there).presence().members(room));
        }

        for (CompletionStage<Map<String, Occupant>> answer : answers) {
            assertThat(result(answer)).isNotNull();
        }
        awaitMembers(here, members -> members.size() == 3_000);
    }

    @Test
    void whoDoesNotListenAnyMoreIsNotTold() throws Exception {
        LinkedBlockingQueue<String> over = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> other = new LinkedBlockingQueue<>();
        Subscription subscription = there.control().subscribe(over::add);
        there.control().subscribe(other::add);
        awaitWord(over, other);

        subscription.close();
        subscription.close();
        here.control().send("word");

        assertThat(other.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("word");
        assertThat(over).isEmpty();
    }

    @Test
    void aWordThatIsTooLongForSomeEngineIsRefusedByAll() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> here.control().send("x".repeat(ControlBus.MAX_CHARACTERS + 1)));
    }

    @Test
    void whatOneNodeKeepsIsTakenOnTheOtherOnce() throws Exception {
        String value = "{\"user\":\"é€😀 \n'\"}" + "x".repeat(8_192);
        result(here.keep("key", value, Duration.ofSeconds(30)));
        result(here.keep("another", "another", Duration.ofSeconds(30)));

        assertThat(result(there.take("key"))).contains(value);
        assertThat(result(there.take("key"))).isEmpty();
        assertThat(result(here.take("key"))).isEmpty();
        assertThat(result(here.take("another"))).contains("another");
    }

    @Test
    void ofManyWhoTakeTheSameOnBothNodesOneGetsIt() throws Exception {
        for (int i = 0; i < 20; i++) {
            String key = "key-" + i;
            result(here.keep(key, "value", Duration.ofSeconds(30)));
            List<CompletionStage<Optional<String>>> answers = new ArrayList<>();
            for (int j = 0; j < 8; j++) {
                answers.add((j % 2 == 0 ? here : there).take(key));
            }
            int taken = 0;
            for (CompletionStage<Optional<String>> answer : answers) {
                taken += result(answer).isPresent() ? 1 : 0;
            }
            assertThat(taken).isEqualTo(1);
        }
    }

    @Test
    void whatNobodyTakesInTimeIsGone() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        do {
            assertThat(System.nanoTime()).isLessThan(end);
            result(here.keep("key", "value", Duration.ofMillis(1)));
        } while (result(there.take("key")).isPresent());
    }

    /** Nodes may take a moment until they listen: repeats a word until all have heard it, and empties the queues. */
    private void awaitWord(LinkedBlockingQueue<String> one, LinkedBlockingQueue<String> other) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        boolean isHeard = false;
        for (int i = 0; !isHeard; i++) {
            assertThat(System.nanoTime()).isLessThan(end);
            String word = "hello-" + i;
            here.control().send(word);
            boolean isHeardByOne = hears(one, word);
            isHeard = hears(other, word) && isHeardByOne;
        }
    }

    private static boolean hears(LinkedBlockingQueue<String> queue, String word) throws InterruptedException {
        for (String next; (next = queue.poll(300, TimeUnit.MILLISECONDS)) != null; ) {
            if (next.equals(word)) {
                return true;
            }
        }
        return false;
    }

    protected final Watch watch(Backplane node) {
        Watch watch = new Watch();
        node.presence().watch(room, watch);
        return watch;
    }

    protected final void enter(Backplane node, String user, String connection) {
        node.presence().enter(room, farewell(user, connection));
    }

    private void leave(Backplane node, String user, String connection) {
        node.presence().leave(room, new Draft.Author(user, connection));
    }

    private static Draft farewell(String user, String connection) {
        return new Draft("left-" + connection, new Draft.Author(user, connection), Draft.Kind.LEFT, "");
    }

    /** Asks until the answer is right: engines tell nodes a little later. */
    private void awaitMembers(Backplane node, Predicate<Map<String, Integer>> isRight) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Map<String, Integer> members = counts(result(node.presence().members(room)));
        while (!isRight.test(members)) {
            assertThat(System.nanoTime()).as("members %s", members).isLessThan(end);
            members = counts(result(node.presence().members(room)));
        }
    }

    /** What a watcher was told, in that order: {@code +user} or {@code -user}. */
    public static final class Watch implements PresenceStore.Watcher {
        private final LinkedBlockingQueue<String> changes = new LinkedBlockingQueue<>();

        @Override
        public void joined(String user) {
            changes.add("+" + user);
        }

        @Override
        public void changed(String user, String data) {
            changes.add(user + "=" + data);
        }

        @Override
        public void left(String user) {
            changes.add("-" + user);
        }

        public List<String> take(int count) throws InterruptedException {
            List<String> taken = new ArrayList<>();
            while (taken.size() < count) {
                String change = changes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(change).as("after %s", taken).isNotNull();
                taken.add(change);
            }
            return taken;
        }
    }
}
