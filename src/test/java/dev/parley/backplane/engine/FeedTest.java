package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Position;
import dev.parley.backplane.Slice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FeedTest {
    private final Feed feed = new Feed();
    private final Fragile fragile = new Fragile();
    private final List<Long> told = new ArrayList<>();

    @Test
    void aBreakThatIsOwedIsToldInPlaceOfTheNextEntry() {
        follow();
        fragile.failures = 2; // it can be told neither the entry nor the break

        assertThat(feed.offer(entry(1))).isTrue();
        assertThat(fragile.breaks).isEmpty();
        assertThat(feed.offer(entry(2))).isTrue();
        assertThat(feed.offer(entry(3))).isTrue();

        assertThat(fragile.breaks).containsExactly(new Break(Break.Reason.TRIMMED, at(2)));
        assertThat(fragile.told).containsExactly(3L);
        assertThat(told).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aBreakThatIsOwedIsToldWhenTheLogIsReadThoughNothingIsSaidAnyMore() {
        follow();
        fragile.failures = 2;
        assertThat(feed.offer(entry(1))).isTrue();
        assertThat(feed.differsFrom(at(1))).isTrue(); // so it is read

        assertThat(read()).isFalse();

        assertThat(fragile.breaks).containsExactly(new Break(Break.Reason.TRIMMED, at(1)));
        assertThat(feed.differsFrom(at(1))).isFalse();
        assertThat(read()).isFalse();
        assertThat(fragile.breaks).hasSize(1);
        assertThat(told).containsExactly(1L);
    }

    @Test
    void aBreakStaysOwedForAsLongAsItCannotBeTold() {
        follow();
        fragile.failures = 4; // entry and break, then the break in place of the second entry, and once more

        assertThat(feed.offer(entry(1))).isTrue();
        assertThat(feed.offer(entry(2))).isTrue();
        assertThat(read()).isFalse();
        assertThat(feed.differsFrom(at(2))).isTrue();
        assertThat(read()).isFalse();

        assertThat(fragile.breaks).containsExactly(new Break(Break.Reason.TRIMMED, at(2)));
        assertThat(fragile.told).isEmpty();
        assertThat(told).containsExactly(1L, 2L);
    }

    @Test
    void whoHasEndedIsToldNothingAndTheLastOneLeavesNobody() {
        Feed.Hold first = new Feed.Hold(fragile, hold -> {});
        Feed.Hold second = new Feed.Hold(entry -> told.add(entry.position().seq()), hold -> {});
        feed.add(first);
        feed.add(second);
        feed.begin(at(0));

        assertThat(feed.removedLast(first)).isFalse();
        assertThat(feed.removedLast(first)).isFalse();
        assertThat(feed.offer(entry(1))).isTrue();

        assertThat(fragile.told).isEmpty();
        assertThat(told).containsExactly(1L);
        assertThat(feed.removedLast(second)).isTrue();
        assertThat(feed.isFollowed()).isFalse();
    }

    private void follow() {
        feed.add(new Feed.Hold(fragile, hold -> {}));
        feed.add(new Feed.Hold(entry -> told.add(entry.position().seq()), hold -> {}));
        feed.begin(at(0));
    }

    /** Reads the log, which ends where the feed does; whether there is more. */
    private boolean read() {
        Feed.Mark mark = feed.mark();
        assertThat(mark).isNotNull();
        Slice nothing = new Slice(List.of(), Optional.empty(), mark.last(), false);
        return feed.take(mark, new Excerpt(nothing, mark.last()));
    }

    private static Position at(long seq) {
        return new Position("e", seq, seq == 0 ? "" : "m" + seq);
    }

    private static Entry entry(long seq) {
        Draft draft = new Draft("k" + seq, new Draft.Author("a", "c"), Draft.Kind.MESSAGE, "");
        return new Entry(at(seq), draft, Instant.EPOCH);
    }

    /** Throws a few times, whatever it is told. */
    private static final class Fragile implements Follower {
        private final List<Long> told = new ArrayList<>();
        private final List<Break> breaks = new ArrayList<>();
        private int failures;

        @Override
        public void appended(Entry entry) {
            fail();
            told.add(entry.position().seq());
        }

        @Override
        public void broken(Break gap) {
            fail();
            breaks.add(gap);
        }

        private void fail() {
            if (failures > 0) {
                failures--;
                throw new IllegalStateException("thrown by a test");
            }
        }
    }
}
