package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backplane must do, seen from two nodes of one cluster. A variant extends this and says how two nodes are started.
 *
 * <p>Where an engine may be late, the tests wait; that nothing comes is told by a marker that comes next instead.
 */
public abstract class BackplaneContract extends TwoNodes {
    private static final String NO_EPOCH = "none";

    /** How many more entries than asked for the engine may keep, because it trims in bulk. */
    protected int trimsLateBy() {
        return 0;
    }

    /** All that the engine has, as somebody sees it who looks into it. */
    protected String dump() throws Exception {
        StringBuilder dump = new StringBuilder();
        for (Backplane node : List.of(here, there)) {
            for (Entry entry :
                    readBefore(node, Long.MAX_VALUE, Integer.MAX_VALUE).entries()) {
                dump.append(entry).append('\n');
            }
        }
        return dump.toString();
    }

    @Test
    void everyFollowerOnEitherNodeReadsOneOrder() throws Exception {
        List<Tape> tapes = List.of(follow(here), follow(here), follow(there), follow(there));
        int speakers = 4;
        int messages = KEPT / speakers; // whoever is late is told a break where more than is kept has been said
        List<Action> speeches = new ArrayList<>();
        for (int speaker = 0; speaker < speakers; speaker++) {
            Backplane node = speaker % 2 == 0 ? here : there;
            String user = "user-" + speaker;
            speeches.add(() -> {
                List<CompletionStage<Appended>> pending = new ArrayList<>();
                for (int i = 0; i < messages; i++) {
                    pending.add(node.append(room, draft(user + "-" + i, user + " " + i)));
                }
                for (CompletionStage<Appended> each : pending) {
                    result(each);
                }
            });
        }

        atOnce(speeches);

        List<Entry> order = tapes.get(0).take(speakers * messages);
        for (Tape tape : tapes.subList(1, tapes.size())) {
            assertThat(tape.take(speakers * messages)).isEqualTo(order);
        }
        for (int speaker = 0; speaker < speakers; speaker++) {
            String prefix = "user-" + speaker + " ";
            assertThat(texts(order).stream().filter(text -> text.startsWith(prefix)))
                    .isEqualTo(IntStream.range(0, messages)
                            .mapToObj(i -> prefix + i)
                            .toList());
        }
    }

    @Test
    void numbersStartAtOneAndHaveNoHole() throws Exception {
        Tape tape = follow(there);
        for (int i = 0; i < 50; i++) {
            append(i % 2 == 0 ? here : there, "key-" + i, "m" + i);
        }

        List<Entry> entries = tape.take(50);
        assertThat(entries.stream().map(entry -> entry.position().seq()))
                .isEqualTo(LongStream.rangeClosed(1, 50).boxed().toList());
        assertThat(entries.stream().map(entry -> entry.position().epoch()).distinct())
                .hasSize(1);
    }

    @Test
    void aFollowerReadsWhatItsOwnNodeAppends() throws Exception {
        Tape tape = follow(here);

        append(here, "key", "my own words");

        assertThat(texts(tape.take(1))).containsExactly("my own words");
    }

    @Test
    void anAppendAnswersWithThePositionThatFollowersAndReadersSee() throws Exception {
        Tape tape = follow(there);

        Appended appended = append(here, "key", "m");

        assertThat(appended.duplicate()).isFalse();
        assertThat(tape.take(1)).extracting(Entry::position).containsExactly(appended.position());
        assertThat(read(there, start(appended), 10).entries())
                .extracting(Entry::position)
                .containsExactly(appended.position());
    }

    @Test
    void theSameKeyIsStoredOnceAndAnsweredWithItsFirstPosition() throws Exception {
        Tape tape = follow(here);
        Appended first = append(here, "key", "first");
        append(here, "between", "between");

        Appended again = append(there, "key", "again");
        append(there, "marker", "marker");

        assertThat(again).isEqualTo(new Appended(first.position(), true));
        assertThat(texts(tape.take(3))).containsExactly("first", "between", "marker");
        assertThat(texts(read(there, start(first), 10).entries())).containsExactly("first", "between", "marker");
    }

    @Test
    void theSameKeyFromManyThreadsOfBothNodesIsStoredOnce() throws Exception {
        Tape tape = follow(here);
        LinkedBlockingQueue<Appended> answers = new LinkedBlockingQueue<>();

        atOnce(IntStream.range(0, 8)
                .<Action>mapToObj(i -> () -> answers.add(append(i % 2 == 0 ? here : there, "key", "m")))
                .toList());
        append(here, "marker", "marker");

        assertThat(answers).hasSize(8);
        assertThat(answers.stream().filter(answer -> !answer.duplicate())).hasSize(1);
        assertThat(answers.stream().map(Appended::position).distinct()).hasSize(1);
        assertThat(texts(tape.take(2))).containsExactly("m", "marker");
    }

    @Test
    void roomsAreApart() throws Exception {
        RoomId attic = new RoomId(room + "-attic");
        Tape below = follow(here);
        Tape above = new Tape();
        here.follow(attic, above);

        Appended one = append(here, "key", "below");
        Appended other = result(there.append(attic, draft("key", "above")));

        assertThat(other.duplicate()).isFalse();
        assertThat(one.position().seq()).isEqualTo(1);
        assertThat(other.position().seq()).isEqualTo(1);
        assertThat(texts(below.take(1))).containsExactly("below");
        assertThat(texts(above.take(1))).containsExactly("above");
        append(here, "marker", "marker");
        assertThat(texts(below.take(1))).containsExactly("marker");
    }

    @Test
    void followingStartsAtTheEnd() throws Exception {
        append(here, "1", "before");
        append(there, "2", "before, too");

        Tape mine = follow(here);
        Tape theirs = follow(there);
        append(here, "3", "after");

        assertThat(texts(mine.take(1))).containsExactly("after");
        assertThat(texts(theirs.take(1))).containsExactly("after");
    }

    @Test
    void aClosedSubscriptionIsOverAndTheOthersGoOn() throws Exception {
        Tape over = new Tape();
        Subscription subscription = here.follow(room, over);
        Tape stays = follow(here);
        append(here, "1", "one");
        assertThat(texts(over.take(1))).containsExactly("one");

        subscription.close();
        subscription.close();
        append(there, "2", "two");

        assertThat(texts(stays.take(2))).containsExactly("one", "two");
        Tape later = follow(here);
        append(here, "3", "three");
        assertThat(texts(later.take(1))).containsExactly("three");
        assertThat(over.isEmpty()).isTrue();
    }

    @Test
    void closingASubscriptionTwiceLeavesAnotherOfTheSameFollowerAlone() throws Exception {
        Tape tape = new Tape();
        Subscription one = here.follow(room, tape);
        Subscription other = here.follow(room, tape);

        one.close();
        one.close();
        append(here, "1", "once");
        append(here, "2", "marker");

        assertThat(texts(tape.take(2))).containsExactly("once", "marker");
        other.close();
    }

    @ParameterizedTest
    @EnumSource
    void anEntryIsWhatWasDrafted(Draft.Kind kind) throws Exception {
        Tape tape = follow(there);
        String text = "é€😀 \u0000\u0001\u007F\t\r\n\"\\'{}%s: " + "x".repeat(100_000);
        Draft draft = new Draft("key:\u0001/😀", new Draft.Author("Zoë #7", "c-1_x"), kind, text);

        Appended appended = result(here.append(room, draft));

        Entry entry = tape.take(1).get(0);
        assertThat(entry.draft()).isEqualTo(draft);
        assertThat(read(here, start(appended), 1).entries()).containsExactly(entry);
    }

    @Test
    void readingFromTheStartOfAShortLogGivesAllOfIt() throws Exception {
        Appended first = appendMany(10);

        Slice slice = read(there, start(first), 100);

        assertThat(slice.isWhole()).isTrue();
        assertThat(texts(slice.entries())).isEqualTo(messages(1, 10));
    }

    @Test
    void readingAfterAPositionGivesWhatCameLater() throws Exception {
        Appended first = appendMany(10);

        Slice slice = read(there, at(first, 7), 100);

        assertThat(slice.isWhole()).isTrue();
        assertThat(texts(slice.entries())).isEqualTo(messages(8, 10));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void readingStopsAtTheLimitWithTheOldest(int limit) throws Exception {
        Appended first = appendMany(10);

        Slice slice = read(here, at(first, 4), limit);

        assertThat(slice.isWhole()).isTrue();
        assertThat(texts(slice.entries())).isEqualTo(messages(5, 4 + limit));
    }

    @Test
    void readingAtTheTopGivesNothingAndIsWhole() throws Exception {
        Appended first = appendMany(10);

        Slice slice = read(here, at(first, 10), 100);

        assertThat(slice.isWhole()).isTrue();
        assertThat(slice.entries()).isEmpty();
    }

    @Test
    void readingBeyondTheTopIsNotWhole() throws Exception {
        Appended first = appendMany(10);

        Slice slice = read(here, at(first, 11), 100);

        assertThat(slice.broken()).contains(Break.Reason.REWRITTEN);
        assertThat(slice.entries()).isEmpty();
    }

    @Test
    void readingAfterAPositionOfAnotherEpochIsNotWholeAndBeginsWithTheOldest() throws Exception {
        appendMany(10);

        Slice slice = read(there, new Position(NO_EPOCH, 7, ""), 100);

        assertThat(slice.isWhole()).isFalse();
        assertThat(slice.broken()).contains(Break.Reason.EPOCH);
        assertThat(texts(slice.entries())).isEqualTo(messages(1, 10));
    }

    @Test
    void readingAfterWhatHasBeenTrimmedIsNotWholeAndBeginsWithTheOldest() throws Exception {
        int all = 2 * KEPT + trimsLateBy();
        Appended first = appendMany(all);

        Slice slice = read(there, start(first), Integer.MAX_VALUE);

        int kept = slice.entries().size();
        assertThat(slice.broken()).contains(Break.Reason.TRIMMED);
        assertThat(kept).isBetween(KEPT, KEPT + trimsLateBy());
        assertThat(texts(slice.entries())).isEqualTo(messages(all - kept + 1, all));
    }

    @Test
    void readingAfterTheLastThatHasBeenTrimmedIsWhole() throws Exception {
        int all = 2 * KEPT + trimsLateBy();
        Appended first = appendMany(all);
        int kept = read(here, start(first), Integer.MAX_VALUE).entries().size();

        assertThat(read(here, at(first, all - kept), Integer.MAX_VALUE).isWhole())
                .isTrue();
        assertThat(read(here, at(first, all - kept - 1), Integer.MAX_VALUE).isWhole())
                .isFalse();
    }

    @Test
    void whatAReaderOfOneNodeIsToldAnAppenderOfTheOtherHasBeenAcknowledged() throws Exception {
        for (int i = 1; i <= 50; i++) {
            Appended appended = append(here, "key-" + i, "m" + i);

            assertThat(read(there, at(appended, i - 1), 10).entries())
                    .extracting(Entry::position)
                    .containsExactly(appended.position());
        }
    }

    @Test
    void whatIsAppendedAfterFollowingOnTheSameNodeIsToldWithoutWaiting() throws Exception {
        Tape tape = new Tape();
        Following following = here.follow(room, tape);
        CompletionStage<Appended> appended = here.append(room, draft("key", "at once"));

        assertThat(result(following.from()).seq()).isZero();
        assertThat(tape.take(1))
                .extracting(Entry::position)
                .containsExactly(result(appended).position());
    }

    @Test
    void aFollowerBeginsAfterWhereItIsToldThatItDoes() throws Exception {
        Appended before = append(here, "before", "before");

        assertThat(result(there.follow(room, new Tape()).from())).isEqualTo(before.position());
    }

    @Test
    void everyMessageHasAnIdOfItsOwn() throws Exception {
        appendMany(10);
        RoomId another = new RoomId(room.name() + "-another");
        result(there.append(another, draft("key-1", "m1")));

        List<Entry> entries = new ArrayList<>(readBefore(here, 100, 10).entries());
        entries.addAll(result(here.readBefore(another, 100, 10, Long.MAX_VALUE)).entries());

        assertThat(entries.stream().map(entry -> entry.position().message()).distinct())
                .hasSize(11)
                .doesNotContain("");
    }

    @Test
    void readingAfterAnotherMessageThanTheOneThatStandsThereIsNotWhole() throws Exception {
        Appended first = appendMany(10);
        String epoch = first.position().epoch();

        Slice same = read(there, first.position(), 100);
        Slice other = read(there, new Position(epoch, 1, "of a lost branch"), 100);

        assertThat(same.isWhole()).isTrue();
        assertThat(texts(same.entries())).isEqualTo(messages(2, 10));
        assertThat(other.broken()).contains(Break.Reason.REWRITTEN);
    }

    @Test
    void aSliceSaysWhereTheLogEndsAndWhetherThereIsMoreOnTheWay() throws Exception {
        Appended first = appendMany(10);

        Slice some = read(here, at(first, 4), 5);
        Slice all = read(there, at(first, 4), 6);

        assertThat(some.more()).isTrue();
        assertThat(all.more()).isFalse();
        assertThat(some.top())
                .isEqualTo(all.top())
                .isEqualTo(all.entries().get(5).position());
    }

    @Test
    void readingBackwardsGivesTheLastBeforeANumberInLogOrder() throws Exception {
        appendMany(10);

        Slice page = readBefore(there, 8, 3);
        Slice oldest = readBefore(there, 5, 4);
        Slice beyond = readBefore(there, Long.MAX_VALUE, 100);

        assertThat(texts(page.entries())).isEqualTo(messages(5, 7));
        assertThat(page.more()).isTrue();
        assertThat(texts(oldest.entries())).isEqualTo(messages(1, 4));
        assertThat(oldest.more()).isFalse();
        assertThat(texts(beyond.entries())).isEqualTo(messages(1, 10));
        assertThat(beyond.more()).isFalse();
        assertThat(readBefore(here, 1, 3).entries()).isEmpty();
    }

    @Test
    void readingBackwardsEndsWhereTheLogHasBeenTrimmed() throws Exception {
        int all = 2 * KEPT + trimsLateBy();
        appendMany(all);

        Slice kept = readBefore(there, Long.MAX_VALUE, Integer.MAX_VALUE);
        long oldest = kept.entries().get(0).position().seq();

        assertThat(kept.entries()).hasSizeBetween(KEPT, KEPT + trimsLateBy());
        assertThat(kept.more()).isFalse();
        assertThat(readBefore(there, oldest, 10).entries()).isEmpty();
        assertThat(readBefore(there, oldest, 10).more()).isFalse();
        assertThat(readBefore(there, oldest + 3, 2).more()).isTrue();
    }

    @Test
    void whatHasBeenPurgedIsReadByNobodyAndNumbersGoOn() throws Exception {
        int all = KEPT + KEPT / 2; // so that a ring would have begun again
        Appended first = appendMany(all);
        Position before = result(there.extent(room)).top();

        Position purged = result(here.purge(room));

        assertThat(purged).isEqualTo(before);
        assertThat(readBefore(there, Long.MAX_VALUE, 10).entries()).isEmpty();
        assertThat(readBefore(there, Long.MAX_VALUE, 10).more()).isFalse();
        assertThat(read(there, start(first), 10).broken()).contains(Break.Reason.TRIMMED);
        assertThat(read(there, start(first), 10).entries()).isEmpty();
        assertThat(read(there, purged, 10).isWhole()).isTrue();

        for (int i = 1; i <= all; i++) {
            append(there, "later-" + i, "later " + i);
        }
        Slice later = read(here, at(first, 2 * all - 10), 100);
        assertThat(later.isWhole()).isTrue();
        assertThat(later.entries().stream().map(entry -> entry.position().seq()))
                .isEqualTo(
                        LongStream.rangeClosed(2L * all - 9, 2L * all).boxed().toList());
        assertThat(texts(later.entries())).first().isEqualTo("later " + (all - 9));
    }

    @Test
    void aRoomWhereNothingWasSaidCanBePurged() throws Exception {
        assertThat(result(here.purge(room)).seq()).isZero();
        Tape tape = follow(there);

        append(here, "key", "m");

        assertThat(texts(tape.take(1))).containsExactly("m");
        assertThat(texts(readBefore(there, Long.MAX_VALUE, 10).entries())).containsExactly("m");
    }

    @Test
    void aFollowerIsToldWhatComesAfterAPurge() throws Exception {
        Tape tape = follow(there);
        append(here, "1", "before");
        assertThat(texts(tape.take(1))).containsExactly("before");

        result(here.purge(room));
        append(here, "2", "after");

        assertThat(texts(tape.take(1))).containsExactly("after");
    }

    @Test
    void whatIsErasedLeavesItsPlaceAndTheLogTellsOfIt() throws Exception {
        Tape tape = follow(there);
        Appended first = append(here, "1", "one");
        Appended victim = append(here, "2", "two");
        Appended last = append(there, "3", "three");
        String id = victim.position().message();
        Entry before = read(here, first.position(), 1).entries().get(0);
        List<Entry> told = tape.take(3);
        assertThat(texts(told)).containsExactly("one", "two", "three");

        assertThat(result(there.erase(room, id))).isTrue();

        Entry erasure = tape.take(1).get(0);
        assertThat(Erasure.in(erasure.draft())).contains(new Erasure(2, id));
        assertThat(erasure.position().seq()).isEqualTo(4);
        assertThat(erasure.position().message()).isNotEqualTo(id).isNotEmpty();
        Entry hole = new Entry(victim.position(), Erasure.HOLE, before.at());
        for (Backplane node : List.of(here, there)) {
            Slice all = read(node, start(first), 10);
            assertThat(all.isWhole()).isTrue();
            assertThat(all.entries()).containsExactly(told.get(0), hole, told.get(2), erasure);
            assertThat(readBefore(node, 4, 2).entries()).containsExactly(hole, told.get(2));
            assertThat(read(node, victim.position(), 10).entries()).containsExactly(told.get(2), erasure);
            assertThat(result(node.extent(room))).isEqualTo(new Extent(erasure.position(), 4));
        }
        assertThat(append(here, "5", "five").position().seq()).isEqualTo(5);
        assertThat(texts(tape.take(1))).containsExactly("five");
        assertThat(texts(read(there, last.position(), 10).entries())).endsWith("five");
    }

    @Test
    void whatIsErasedIsNowhereInTheEngine() throws Exception {
        String secret = "7f3c9b1e84d2a605";
        Draft.Author author = new Draft.Author("author-5d0e", "connection-91aa");
        for (int i = 1; i <= 5; i++) {
            append(here, "before-" + i, "before " + i);
        }
        Appended victim = result(here.append(room, new Draft("key", author, Draft.Kind.JSON, '"' + secret + '"')));
        Appended last = append(here, "after", "after");
        assertThat(dump()).contains(secret, "author-5d0e", "connection-91aa"); // else it would not be seen, either

        assertThat(result(there.erase(room, victim.position().message()))).isTrue();

        assertThat(dump())
                .doesNotContain(secret, "author-5d0e", "connection-91aa")
                .contains("before 5", "after");
        assertThat(read(here, last.position(), 10).isWhole()).isTrue();
    }

    @Test
    void whatIsErasedOnceIsErasedAndNotToldAgain() throws Exception {
        Appended victim = append(here, "1", "one");
        append(here, "2", "two");
        String id = victim.position().message();
        LinkedBlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();

        atOnce(IntStream.range(0, 8)
                .<Action>mapToObj(i -> () -> answers.add(result((i % 2 == 0 ? here : there).erase(room, id))))
                .toList());

        assertThat(answers).hasSize(8).containsOnly(true);
        List<Entry> all = read(here, start(victim), 10).entries();
        assertThat(all.stream().map(Entry::draft).map(Draft::kind))
                .containsExactly(Draft.Kind.ERASED, Draft.Kind.MESSAGE, Draft.Kind.ERASED);
        String erasure = all.get(2).position().message();
        assertThat(result(there.erase(room, erasure))).isTrue(); // there is nothing in it
        assertThat(read(there, start(victim), 10).entries()).isEqualTo(all);
    }

    @Test
    void whatIsErasedDoesNotComeBackUnderItsKey() throws Exception {
        Appended victim = append(here, "key", "m");
        append(here, "another", "another");
        assertThat(result(here.erase(room, victim.position().message()))).isTrue();

        Appended again = append(there, "key", "m");

        assertThat(again).isEqualTo(new Appended(victim.position(), true));
        assertThat(texts(read(there, start(victim), 10).entries())).doesNotContain("m");
        assertThat(outcome(here.append(room, draft("next", "next"), "key")))
                .as("after it")
                .isEqualTo("4");
        assertThat(outcome(here.append(room, draft("key", "m"), "unknown"))).isEqualTo("1 again");
    }

    @Test
    void whatIsNotThereIsNotErased() throws Exception {
        Appended appended = append(here, "1", "one");
        RoomId another = new RoomId(room.name() + "-another");
        Appended elsewhere = result(here.append(another, draft("1", "elsewhere")));

        for (String id : List.of(
                "",
                "unknown",
                "a b",
                "\u0000",
                "é",
                "x".repeat(10_000),
                elsewhere.position().message())) {
            assertThat(result(there.erase(room, id))).as(id).isFalse();
        }
        assertThat(result(here.erase(new RoomId(room.name() + "-empty"), "unknown")))
                .isFalse();
        assertThat(result(there.extent(room))).isEqualTo(new Extent(appended.position(), 1));
        assertThat(texts(result(here.readBefore(another, 9, 9, Long.MAX_VALUE)).entries()))
                .containsExactly("elsewhere");
    }

    @Test
    void aLogOfManyEntriesIsTheSameAfterAnErasureButForOne() throws Exception {
        int all = 2 * KEPT + trimsLateBy() + 50;
        Appended first = appendMany(all);
        List<Entry> before = readBefore(here, Long.MAX_VALUE, Integer.MAX_VALUE).entries();
        Entry victim = before.get(before.size() - 40);

        assertThat(result(there.erase(room, victim.position().message()))).isTrue();

        List<Entry> after = readBefore(here, all + 1, Integer.MAX_VALUE).entries();
        List<Entry> expected = new ArrayList<>(before.subList(before.size() - after.size(), before.size()));
        expected.replaceAll(
                entry -> entry.equals(victim) ? new Entry(entry.position(), Erasure.HOLE, entry.at()) : entry);
        assertThat(after).isEqualTo(expected).hasSizeGreaterThanOrEqualTo(KEPT - 1);
        assertThat(read(there, at(first, all - 45), 100).isWhole()).isTrue();
    }

    private void retain(Keep keep) {
        here.retain(any -> any.equals(room) ? keep : Keep.ALL);
        there.retain(any -> any.equals(room) ? keep : Keep.ALL);
    }

    @Test
    void whoLooksBackReadsTheLastSoManyThatAreKept() throws Exception {
        retain(Keep.entries(10));
        Appended first = appendMany(30);
        RoomId another = new RoomId(room.name() + "-another");
        for (int i = 1; i <= 30; i++) {
            result(here.append(another, draft("key-" + i, "m" + i)));
        }

        Slice past = readBefore(there, Long.MAX_VALUE, 100);
        Slice all = read(there, start(first), 100);

        assertThat(texts(past.entries())).isEqualTo(messages(21, 30));
        assertThat(past.more()).isFalse();
        assertThat(texts(readBefore(here, 25, 3).entries())).isEqualTo(messages(22, 24));
        assertThat(readBefore(here, 25, 3).more()).isTrue();
        assertThat(readBefore(here, 21, 3).entries()).isEmpty();
        assertThat(all.broken()).contains(Break.Reason.TRIMMED);
        assertThat(texts(all.entries())).isEqualTo(messages(21, 30));
        assertThat(read(here, at(first, 19), 100).isWhole()).isFalse();
        assertThat(read(here, at(first, 20), 100).isWhole()).isTrue();
        assertThat(texts(read(here, at(first, 25), 100).entries())).isEqualTo(messages(26, 30));
        assertThat(texts(read(here, Position.ORIGIN, 100).entries())).isEqualTo(messages(21, 30));
        assertThat(texts(read(here, new Position(NO_EPOCH, 7, ""), 100).entries()))
                .isEqualTo(messages(21, 30));
        assertThat(result(there.extent(room)).entries()).isEqualTo(10);
        assertThat(result(there.extent(another)).entries()).isEqualTo(30);
    }

    @Test
    void whatIsKeptOfNothingIsToldAndReadByNobodyWhoLooksBack() throws Exception {
        retain(Keep.entries(0));
        Tape tape = follow(there);
        append(here, "1", "one");
        Appended last = append(there, "2", "x".repeat(100_000)); // which an engine may not tell at once

        assertThat(texts(tape.take(2))).containsExactly("one", "x".repeat(100_000));
        assertThat(readBefore(here, Long.MAX_VALUE, 10).entries()).isEmpty();
        assertThat(readBefore(here, Long.MAX_VALUE, 10).more()).isFalse();
        assertThat(read(here, start(last), 10).broken()).contains(Break.Reason.TRIMMED);
        assertThat(read(here, start(last), 10).entries()).isEmpty();
        assertThat(read(there, last.position(), 10).isWhole()).isTrue();
        assertThat(result(there.extent(room))).isEqualTo(new Extent(last.position(), 0));
        assertThat(append(there, "1", "one").duplicate()).isTrue();
    }

    @Test
    void whoFollowsAndReadsLateIsGivenWhatWasJustSaidAlthoughItIsNotKept() throws Exception {
        retain(Keep.entries(0));
        Appended first = append(here, "key-1", "m1");
        append(there, "key-2", "m2");

        Slice slice = result(there.readOn(room, first.position(), 10, Long.MAX_VALUE));

        assertThat(slice.isWhole()).isTrue();
        assertThat(texts(slice.entries())).containsExactly("m2");
    }

    @Test
    void whoLooksBackReadsTheLastBytesThatAreKept() throws Exception {
        int size = 1_000;
        retain(Keep.bytes(3L * size + 500)
                .and(Keep.entries(50))
                .and(Keep.age(Duration.ofHours(1)))); // an engine counts what it stores
        Appended first = append(here, "key-1", "1".repeat(size));
        for (int i = 2; i <= 8; i++) {
            append(there, "key-" + i, Integer.toString(i).repeat(size));
        }

        assertThat(numbers(readBefore(there, Long.MAX_VALUE, 100))).containsExactly(6L, 7L, 8L);
        assertThat(numbers(readBefore(there, 7, 100))).containsExactly(6L);
        assertThat(numbers(read(here, start(first), 100))).containsExactly(6L, 7L, 8L);
        assertThat(read(here, start(first), 100).broken()).contains(Break.Reason.TRIMMED);
        assertThat(read(here, at(first, 5), 100).isWhole()).isTrue();
    }

    @Test
    void whoLooksBackReadsNothingThatIsTooOld() throws Exception {
        retain(Keep.age(Duration.ofSeconds(2)));
        Appended first = append(here, "key-1", "m1");
        append(here, "key-2", "m2");
        FaultyNodes.until(() -> readBefore(there, Long.MAX_VALUE, 10).entries().isEmpty());

        assertThat(read(here, start(first), 10).broken()).contains(Break.Reason.TRIMMED);
        assertThat(read(here, at(first, 2), 10).isWhole()).isTrue();
        assertThat(result(here.extent(room)).entries()).isZero();
        append(here, "key-3", "m3");
        assertThat(texts(readBefore(there, Long.MAX_VALUE, 10).entries())).containsExactly("m3");
        assertThat(texts(read(here, start(first), 10).entries())).containsExactly("m3");
        assertThat(read(here, at(first, 2), 10).isWhole()).isTrue();
    }

    @Test
    void whatIsNotKeptIsNowhereInTheEngineAfterSomeSeconds() throws Exception {
        String secret = "7f3c9b1e84d2a605";
        retain(Keep.entries(1));
        Appended first = append(here, "key", secret);
        append(here, "marker", "marker");

        FaultyNodes.until(() -> !dump().contains(secret));

        assertThat(dump()).contains("marker");
        Slice late = result(there.readOn(room, start(first), 10, Long.MAX_VALUE)); // by now it need not be there
        assertThat(texts(late.entries())).isEqualTo(late.isWhole() ? List.of(secret, "marker") : List.of("marker"));
        assertThat(late.broken()).isIn(Optional.empty(), Optional.of(Break.Reason.TRIMMED));
        assertThat(append(there, "key", secret).duplicate()).isTrue();
        assertThat(texts(readBefore(there, Long.MAX_VALUE, 10).entries())).containsExactly("marker");
    }

    @Test
    void theTopOfALogIsWhereItsLastEntryStands() throws Exception {
        assertThat(result(here.extent(room)).top())
                .extracting(Position::seq, Position::message)
                .containsExactly(0L, "");

        append(here, "1", "one");
        Appended last = append(here, "2", "two");

        assertThat(result(there.extent(room)).top()).isEqualTo(last.position());
    }

    @Test
    void theExtentOfALogIsWhatStandsInIt() throws Exception {
        assertThat(result(here.extent(room)).entries()).isZero();
        appendMany(3);
        assertThat(result(there.extent(room)).entries()).isEqualTo(3);
        Position purged = result(there.purge(room));
        assertThat(result(here.extent(room))).isEqualTo(new Extent(purged, 0));

        Appended last = append(here, "after", "all");

        assertThat(result(there.extent(room))).isEqualTo(new Extent(last.position(), 1));
    }

    @Test
    void anEmptyLogIsWholeFromItsTop() throws Exception {
        Slice slice = read(there, result(here.extent(room)).top(), 10);

        assertThat(slice.isWhole()).isTrue();
        assertThat(slice.entries()).isEmpty();
        assertThat(slice.more()).isFalse();
    }

    @Test
    void whatComesAfterSomethingIsStoredOnlyIfThatIs() throws Exception {
        assertThat(outcome(here.append(room, draft("2", "two"), "1"))).isEqualTo("out of order");
        append(there, "1", "one");
        assertThat(outcome(here.append(room, draft("2", "two"), "1"))).isEqualTo("2");
        assertThat(outcome(there.append(room, draft("2", "two"), "unknown"))).isEqualTo("2 again");
        assertThat(outcome(there.append(new RoomId(room.name() + "-another"), draft("3", "three"), "2")))
                .isEqualTo("out of order");

        assertThat(texts(readBefore(here, Long.MAX_VALUE, 10).entries())).containsExactly("one", "two");
    }

    /** They may come to the engine together. */
    @Test
    void manyThatAreUnderWayAreStoredInOrderOrNotAtAll() throws Exception {
        List<CompletionStage<Appended>> first = new ArrayList<>();
        List<CompletionStage<Appended>> second = new ArrayList<>();
        first.add(here.append(room, draft("a1", "m1")));
        for (int i = 2; i <= 300; i++) {
            second.add(here.append(room, draft("b" + i, "never"), "b" + (i - 1)));
            first.add(here.append(room, draft("a" + i, "m" + i), "a" + (i - 1)));
        }
        for (CompletionStage<Appended> each : second) {
            assertThat(outcome(each)).isEqualTo("out of order");
        }
        for (int i = 0; i < first.size(); i++) {
            assertThat(outcome(first.get(i))).isEqualTo(Integer.toString(i + 1));
        }
        append(here, "b1", "at last");
        CompletionStage<Appended> again = here.append(room, draft("b2", "b2"), "b1");
        CompletionStage<Appended> next = here.append(room, draft("b3", "b3"), "b2");

        assertThat(List.of(outcome(again), outcome(next))).containsExactly("302", "303");
    }

    private String outcome(CompletionStage<Appended> answer) throws Exception {
        try {
            Appended appended = result(answer);
            return appended.position().seq() + (appended.duplicate() ? " again" : "");
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(OutOfOrderException.class);
            return "out of order";
        }
    }

    @Test
    void theSameKeyInTwoRoomsIsTwoMessages() throws Exception {
        append(here, "key", "here");

        Appended elsewhere = result(here.append(new RoomId(room.name() + "-another"), draft("key", "elsewhere")));

        assertThat(elsewhere.duplicate()).isFalse();
        assertThat(elsewhere.position().seq()).isEqualTo(1);
    }

    @Test
    void readingIsBoundedInBytesAndGivesOneEntryAtLeast() throws Exception {
        int size = 30_000;
        Appended first = append(here, "key-1", "1".repeat(size));
        for (int i = 2; i <= 6; i++) {
            append(here, "key-" + i, Integer.toString(i).repeat(size));
        }

        Slice some = result(there.read(room, start(first), 100, 3 * size + 1_000)); // an engine counts what it stores
        Slice one = result(there.read(room, at(first, 2), 100, 10));
        Slice rest = result(there.read(room, at(first, 4), 100, 3L * size));
        Slice last = result(there.readBefore(room, Long.MAX_VALUE, 100, 2L * size + 1_000));
        Slice page = result(there.readBefore(room, 3, 100, 10));

        assertThat(numbers(some)).containsExactly(1L, 2L, 3L);
        assertThat(some.more()).isTrue();
        assertThat(numbers(one)).containsExactly(3L);
        assertThat(one.more()).isTrue();
        assertThat(numbers(rest)).containsExactly(5L, 6L);
        assertThat(rest.more()).isFalse();
        assertThat(numbers(last)).containsExactly(5L, 6L);
        assertThat(last.more()).isTrue();
        assertThat(numbers(page)).containsExactly(2L);
        assertThat(page.more()).isTrue();
    }

    @Test
    void longEntriesAreToldLikeShortOnesAndInTheirPlace() throws Exception {
        Tape tape = follow(there);
        for (int i = 1; i <= 10; i++) {
            append(here, "key-" + i, i % 2 == 0 ? "m" + i : "x".repeat(1_000_000));
        }

        List<Entry> told = tape.take(10);

        assertThat(told.stream().map(entry -> entry.position().seq()))
                .isEqualTo(LongStream.rangeClosed(1, 10).boxed().toList());
        assertThat(told.get(8).draft().text()).hasSize(1_000_000);
    }

    @Test
    void aPositionThatNoLogCanHaveIsOfAnotherEpochAndDisturbsNobody() throws Exception {
        append(here, "key", "m");
        long reconnects = there.health().reconnects();

        for (String epoch : List.of("\u0000", "a\u0000b", "é", "x".repeat(100_000))) {
            Slice slice = read(there, new Position(epoch, 1, "\u0000"), 10);
            assertThat(slice.broken()).contains(Break.Reason.EPOCH);
            assertThat(texts(slice.entries())).containsExactly("m");
        }
        assertThat(read(there, new Position("a", Long.MAX_VALUE, "\u0000"), 10).isWhole())
                .isFalse();

        assertThat(there.health().reconnects()).isEqualTo(reconnects);
    }

    @Test
    void aFollowerThatThrowsIsToldThatItMissedSomethingAndHurtsNobody() throws Exception {
        List<Break> breaks = new java.util.concurrent.CopyOnWriteArrayList<>();
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Following unsteady = there.follow(room, new Follower() {
            @Override
            public void appended(Entry entry) {
                switch (entry.draft().text()) {
                    case "exception" -> throw new IllegalStateException("thrown by a test");
                    case "error" -> throw new NoClassDefFoundError("thrown by a test");
                    default -> heard.add(entry.draft().text());
                }
            }

            @Override
            public void broken(Break gap) {
                breaks.add(gap);
            }
        });
        result(unsteady.from());
        Tape steady = follow(there);

        Appended first = append(here, "1", "exception");
        Appended second = append(here, "2", "error");
        append(here, "3", "fine");

        assertThat(texts(steady.take(3))).containsExactly("exception", "error", "fine");
        assertThat(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("fine");
        assertThat(breaks).extracting(Break::after).containsExactly(first.position(), second.position());
    }

    private static List<Long> numbers(Slice slice) {
        return slice.entries().stream().map(entry -> entry.position().seq()).toList();
    }

    @Test
    void whatIsSaidInSeveralRoomsAtOnceIsInEachOnceAndItsFollowersAreTold() throws Exception {
        RoomId attic = new RoomId(room + "-attic");
        Tape below = follow(there);
        Tape above = new Tape();
        there.follow(attic, above);
        append(here, "first", "first");

        Map<RoomId, Appended> stored =
                result(here.append(Map.of(room, draft("k", "below"), attic, draft("k", "above"))));
        Map<RoomId, Appended> again =
                result(there.append(Map.of(room, draft("k", "again"), attic, draft("k", "again"))));

        assertThat(stored.keySet()).containsExactlyInAnyOrder(room, attic);
        assertThat(stored.values()).noneMatch(Appended::duplicate);
        assertThat(stored.get(room).position().seq()).isEqualTo(2);
        assertThat(stored.get(attic).position().seq()).isEqualTo(1);
        stored.forEach(
                (where, appended) -> assertThat(again.get(where)).isEqualTo(new Appended(appended.position(), true)));
        append(there, "last", "last");
        assertThat(texts(below.take(3))).containsExactly("first", "below", "last");
        List<Entry> upstairs = above.take(1);
        assertThat(texts(upstairs)).containsExactly("above");
        assertThat(upstairs.get(0).position()).isEqualTo(stored.get(attic).position());
    }

    @Test
    void aClosedBackplaneStoresNothingInSeveralRooms() {
        here.close();

        assertThat(catchThrowable(() -> result(here.append(Map.of(room, draft("k", "m"))))))
                .hasCauseInstanceOf(BackplaneException.class);
    }

    @Test
    void aSignalReachesWhoFollowsOnEitherNodeOnceAndIsNotInTheLog() throws Exception {
        Tape tape = follow(here);
        LinkedBlockingQueue<Signal> onOne = heard(here, room);
        LinkedBlockingQueue<Signal> onOther = heard(there, room);
        LinkedBlockingQueue<Signal> elsewhere = heard(there, new RoomId(room + "-attic"));
        Signal signal = new Signal("c1", "{\"a\": \"x y \u00e4 \ud83d\ude00\"}");
        append(here, "before", "before"); // by now both are told what happens
        untilHeard(List.of(onOne, onOther));
        List<Signal> sent = List.of(signal, signal, new Signal("c2", " {}"));

        sent.forEach(each -> assertThat(here.signal(room, each)).isTrue());

        for (LinkedBlockingQueue<Signal> heard : List.of(onOne, onOther)) {
            for (Signal each : sent) {
                assertThat(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(each);
            }
        }
        append(there, "after", "after");
        assertThat(texts(tape.take(2))).containsExactly("before", "after");
        assertThat(onOne).isEmpty();
        assertThat(onOther).isEmpty();
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void theLongestSignalPassesAndALongerOneIsRefused() throws Exception {
        LinkedBlockingQueue<Signal> heard = heard(there, room);
        untilHeard(List.of(heard));
        Signal longest = new Signal("c", "\u20ac".repeat((Signal.MAX_BYTES - 2) / 3));

        assertThat(here.signal(room, longest)).isTrue();

        assertThat(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(longest);
        assertThat(catchThrowable(() -> here.signal(room, new Signal("c", "x".repeat(Signal.MAX_BYTES)))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aClosedBackplaneGivesSignalsUp() {
        here.close();

        assertThat(here.signal(room, new Signal("c", "1"))).isFalse();
    }

    private LinkedBlockingQueue<Signal> heard(Backplane node, RoomId where) throws Exception {
        LinkedBlockingQueue<Signal> heard = new LinkedBlockingQueue<>();
        Following following = node.follow(where, new Follower() {
            @Override
            public void appended(Entry entry) {}

            @Override
            public void signalled(Signal signal) {
                heard.add(signal);
            }
        });
        Position unused = result(following.from());
        return heard;
    }

    /** A node may begin to listen a moment after it follows, and what is signalled before is nobody's to tell. */
    private void untilHeard(List<LinkedBlockingQueue<Signal>> all) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (LinkedBlockingQueue<Signal> heard : all) {
            boolean isHeard = false;
            while (!isHeard) {
                assertThat(System.nanoTime()).isLessThan(end);
                there.signal(room, new Signal("probe", "first"));
                isHeard = heard.poll(50, TimeUnit.MILLISECONDS) != null;
            }
        }
        Signal last = new Signal("probe", "last");
        there.signal(room, last);
        for (LinkedBlockingQueue<Signal> heard : all) {
            while (!last.equals(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))) {
                assertThat(System.nanoTime()).isLessThan(end);
            }
        }
    }

    @Test
    void whatWorksIsReachable() throws Exception {
        append(here, "1", "one");

        FaultyNodes.awaitReachable(here, true); // what writes may be there before what reads
        assertThat(there.health().engine()).isEqualTo(here.health().engine()).isNotEmpty();
    }

    @Test
    void aClosedBackplaneFailsAppendsWithItsOneException() throws Exception {
        append(here, "1", "one");
        here.close();
        here.close();

        CompletionStage<Appended> answer = here.append(room, draft("2", "two"));

        Throwable failure = catchThrowable(() -> answer.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertThat(failure).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(BackplaneException.class);
    }

    private Tape follow(Backplane node) throws Exception {
        Tape tape = new Tape();
        result(node.follow(room, tape).from());
        return tape;
    }

    private Appended append(Backplane node, String key, String text) throws Exception {
        return result(node.append(room, draft(key, text)));
    }

    /** Appends {@code m1}, {@code m2} … and answers with where the first one stands. */
    private Appended appendMany(int count) throws Exception {
        Appended first = append(here, "key-1", "m1");
        for (int i = 2; i <= count; i++) {
            append(i % 2 == 0 ? there : here, "key-" + i, "m" + i);
        }
        return first;
    }

    private Slice read(Backplane node, Position after, int limit) throws Exception {
        return result(node.read(room, after, limit, Long.MAX_VALUE));
    }

    private Slice readBefore(Backplane node, long seq, int limit) throws Exception {
        return result(node.readBefore(room, seq, limit, Long.MAX_VALUE));
    }

    private static Position start(Appended any) {
        return at(any, 0);
    }

    private static Position at(Appended any, long seq) {
        return new Position(any.position().epoch(), seq, "");
    }

    private static List<String> messages(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> "m" + i).toList();
    }

    private static List<String> texts(List<Entry> entries) {
        return entries.stream().map(entry -> entry.draft().text()).toList();
    }

    private static Draft draft(String key, String text) {
        return new Draft(key, new Draft.Author("7", "connection"), Draft.Kind.MESSAGE, text);
    }

    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    private void atOnce(List<Action> actions) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(actions.size());
        List<Future<?>> running = new ArrayList<>();
        for (Action action : actions) {
            running.add(threads.submit(() -> {
                barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                action.run();
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** What a follower was told, in that order. It also notices being told two things at once. */
    private static final class Tape implements Follower {
        private final LinkedBlockingQueue<Entry> entries = new LinkedBlockingQueue<>();
        private final AtomicInteger callers = new AtomicInteger();
        private volatile boolean isCalledByTwo;

        @Override
        public void appended(Entry entry) {
            isCalledByTwo |= callers.incrementAndGet() > 1;
            entries.add(entry);
            callers.decrementAndGet();
        }

        List<Entry> take(int count) throws InterruptedException {
            List<Entry> taken = new ArrayList<>();
            while (taken.size() < count) {
                Entry entry = entries.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(entry)
                        .as("after %d of %d entries", taken.size(), count)
                        .isNotNull();
                taken.add(entry);
            }
            assertThat(isCalledByTwo).isFalse();
            return taken;
        }

        boolean isEmpty() {
            return entries.isEmpty();
        }
    }
}
