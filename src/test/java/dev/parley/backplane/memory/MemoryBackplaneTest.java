package dev.parley.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneContract;
import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.node.Budget;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The memory of one process is one engine and one node at once, so both nodes of the contract are the same object. */
final class MemoryBackplaneTest extends BackplaneContract {
    private static final RoomId LOBBY = new RoomId("lobby");
    private static final long MIB = 1024 * 1024;
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Override
    protected Nodes start(int entriesPerRoom) {
        MemoryBackplane shared = new MemoryBackplane(entriesPerRoom, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
        return new Nodes(shared, shared);
    }

    @Test
    void aLogThatHasRoomForOneKeepsTheLast() {
        MemoryBackplane backplane = new MemoryBackplane(1, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
        Position first = append(backplane, "1").position();
        append(backplane, "2");

        Slice slice = read(backplane, first);

        assertThat(slice.isWhole()).isTrue();
        assertThat(slice.entries()).extracting(entry -> entry.draft().key()).containsExactly("2");
        assertThat(read(backplane, new Position(first.epoch(), 0, "")).isWhole())
                .isFalse();
    }

    @Test
    void aKeyIsKnownForFiveMinutesEvenWhenItsEntryIsGone() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        MemoryBackplane backplane = new MemoryBackplane(1, now::get, new Budget(Long.MAX_VALUE));
        Position first = append(backplane, "1").position();
        append(backplane, "2");

        now.set(NOON.plus(Backplane.KEY_MEMORY));
        assertThat(append(backplane, "1")).isEqualTo(new Appended(first, true));

        now.set(NOON.plus(Backplane.KEY_MEMORY).plusMillis(1));
        Appended again = append(backplane, "1");
        assertThat(again.duplicate()).isFalse();
        assertThat(again.position().seq()).isEqualTo(3);
    }

    @Test
    void aFloodedRoomForgetsTheOldestKeysFirst() {
        MemoryBackplane backplane = new MemoryBackplane(1, InstantSource.fixed(NOON), new Budget(Long.MAX_VALUE));
        for (int i = 0; i <= MemoryLog.MAX_KEYS; i++) {
            append(backplane, "key-" + i);
        }

        assertThat(append(backplane, "key-1").duplicate()).isTrue();
        assertThat(append(backplane, "key-0").duplicate()).isFalse();
    }

    @Test
    void aRestartIsAnotherEpoch() {
        Position before = append(new MemoryBackplane(10, Clock.systemUTC(), new Budget(Long.MAX_VALUE)), "1")
                .position();
        MemoryBackplane restarted = new MemoryBackplane(10, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
        Position after = append(restarted, "1").position();

        assertThat(after.epoch()).isNotEqualTo(before.epoch());
        assertThat(read(restarted, before).isWhole()).isFalse();
    }

    @Test
    void anEntryCarriesTheTimeOfItsClock() {
        MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.fixed(NOON), new Budget(Long.MAX_VALUE));
        Position position = append(backplane, "1").position();

        assertThat(read(backplane, new Position(position.epoch(), 0, "")).entries())
                .extracting(Entry::at)
                .containsExactly(NOON);
    }

    @Test
    void asManyRoomsAndBytesAsAnybodySendsStayWithinHalfOfTheBudget() {
        Budget budget = new Budget(16 * MIB);
        MemoryBackplane backplane = new MemoryBackplane(1_000, Clock.systemUTC(), budget);
        String text = "x".repeat((int) MIB);
        for (int i = 0; i < 100; i++) {
            append(backplane, new RoomId("room-" + i), "key", text);
            assertThat(budget.used()).isLessThanOrEqualTo(budget.max() / 2);
        }
        for (int i = 0; i < 100; i++) {
            append(backplane, LOBBY, "key-" + i, text);
            assertThat(budget.used()).isLessThanOrEqualTo(budget.max() / 2);
        }

        backplane.close();
        assertThat(budget.used()).isZero();
    }

    @Test
    void whenMemoryIsShortIdleRoomsGoFirstAndThenTheOldestHalfOfTheBiggestLog() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        MemoryBackplane backplane = new MemoryBackplane(1_000, now::get, new Budget(16 * MIB));
        RoomId quiet = new RoomId("quiet");
        RoomId small = new RoomId("small");
        Position gone = append(backplane, quiet, "key", "x".repeat(100_000)).position();
        now.set(NOON.plusSeconds(1));
        backplane.follow(small, entry -> {});
        Position kept = append(backplane, small, "key", "small").position();
        backplane.follow(LOBBY, entry -> {});
        Position first = append(backplane, LOBBY, "key", "first").position();
        for (int i = 0; i < 100; i++) {
            append(backplane, LOBBY, "key-" + i, "x".repeat(200_000));
        }

        assertThat(read(backplane, quiet, gone).broken()).contains(Break.Reason.EPOCH);
        assertThat(read(backplane, LOBBY, first).broken()).contains(Break.Reason.TRIMMED);
        assertThat(read(backplane, LOBBY, first).top().seq()).isEqualTo(101);
        assertThat(read(backplane, small, new Position(kept.epoch(), 0, "")).isWhole())
                .isTrue();
        Position anew = append(backplane, quiet, "key", "again").position();
        assertThat(anew.epoch()).isNotEqualTo(gone.epoch());
    }

    @Test
    void givingWayFreesHalfAndKeepsWhatIsNewest() {
        Budget budget = new Budget(1_000 * MIB);
        MemoryBackplane backplane = new MemoryBackplane(1_000, Clock.systemUTC(), budget);
        backplane.follow(LOBBY, entry -> {});
        Position last = Position.ORIGIN;
        for (int i = 0; i < 100; i++) {
            last = append(backplane, LOBBY, "key-" + i, "x".repeat(100_000)).position();
        }
        long before = budget.used();

        assertThat(backplane.held()).isEqualTo(before / 2);
        backplane.giveWay();

        assertThat(budget.used()).isLessThanOrEqualTo(before / 2);
        assertThat(backplane
                        .readBefore(LOBBY, Long.MAX_VALUE, 1, 0)
                        .toCompletableFuture()
                        .join()
                        .entries())
                .extracting(Entry::position)
                .containsExactly(last);
    }

    @Test
    void aRoomThatNobodyFollowsAndWhereNothingIsSaidIsForgottenAfterAnHour() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        Budget budget = new Budget(1_000 * MIB);
        MemoryBackplane backplane = new MemoryBackplane(1_000, now::get, budget);
        RoomId followed = new RoomId("followed");
        Position gone = append(backplane, "1").position();
        backplane.follow(followed, entry -> {});
        Position kept = append(backplane, followed, "1", "text").position();

        now.set(NOON.plus(MemoryBackplane.IDLE).plusSeconds(1));
        append(backplane, new RoomId("another"), "1", "text");

        assertThat(read(backplane, gone).isWhole()).isFalse();
        assertThat(append(backplane, "2").position().epoch()).isNotEqualTo(gone.epoch());
        assertThat(read(backplane, followed, kept).isWhole()).isTrue();
    }

    @Test
    void aRoomThatKeepsByAgeIsForgottenWhenNothingHasBeenSaidForSoLong() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        MemoryBackplane backplane = new MemoryBackplane(1_000, now::get, new Budget(1_000 * MIB));
        RoomId quick = new RoomId("quick");
        RoomId slow = new RoomId("slow");
        backplane.retain(room -> room.equals(quick)
                ? Keep.age(Duration.ofMinutes(10))
                : room.equals(slow) ? Keep.age(Duration.ofDays(30)) : Keep.ALL);
        Position gone = append(backplane, quick, "1", "text").position();
        Position kept = append(backplane, slow, "1", "text").position();

        now.set(NOON.plus(Duration.ofMinutes(10)));
        assertThat(read(backplane, quick, Position.ORIGIN).isWhole()).isTrue();
        now.set(NOON.plus(Duration.ofMinutes(12)));
        append(backplane, new RoomId("another"), "1", "text");

        assertThat(append(backplane, quick, "2", "text").position().epoch()).isNotEqualTo(gone.epoch());
        now.set(NOON.plus(Duration.ofDays(30)));
        assertThat(read(backplane, slow, Position.ORIGIN).entries())
                .extracting(Entry::position)
                .containsExactly(kept);
        now.set(NOON.plus(Duration.ofDays(30)).plusMillis(1));
        assertThat(read(backplane, slow, Position.ORIGIN).entries()).isEmpty();
        assertThat(read(backplane, slow, new Position(kept.epoch(), 0, "")).broken())
                .contains(Break.Reason.TRIMMED);
    }

    @Test
    void whatIsNotKeptIsGivenUpOnceItCannotBeOnItsWayAnyMore() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        Budget budget = new Budget(1_000 * MIB);
        MemoryBackplane backplane = new MemoryBackplane(1_000, now::get, budget);
        backplane.retain(room -> Keep.entries(1));
        Position first = append(backplane, LOBBY, "first", "x").position();
        for (int i = 0; i < 10; i++) {
            append(backplane, LOBBY, "key-" + i, "x".repeat(100_000));
        }
        assertThat(budget.used()).isGreaterThan(1_000_000);

        now.set(NOON.plus(Backplane.DELIVERY).plusMillis(1));
        append(backplane, LOBBY, "last", "x");

        assertThat(budget.used()).isLessThan(20_000);
        assertThat(backplane.extent(LOBBY).toCompletableFuture().join().entries())
                .isEqualTo(1);
        Slice late = backplane
                .readOn(LOBBY, first, 100, Long.MAX_VALUE)
                .toCompletableFuture()
                .join();
        assertThat(late.broken()).contains(Break.Reason.TRIMMED);
        assertThat(late.entries()).extracting(entry -> entry.draft().key()).containsExactly("last");
    }

    @Test
    void whatIsKeptByBytesIsTheSameAsIfAllWereCountedAnew() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        MemoryBackplane backplane = new MemoryBackplane(20, now::get, new Budget(1_000 * MIB));
        AtomicReference<Keep> keep = new AtomicReference<>(Keep.bytes(1_000));
        backplane.retain(room -> keep.get());
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            if (i % 40 == 0) {
                keep.set(Keep.bytes(i % 80 == 0 ? 1_000 : 300)); // rules are read anew
            }
            if (i % 70 == 69) {
                backplane.purge(LOBBY).toCompletableFuture().join();
                sizes.clear();
            }
            now.set(now.get().plusSeconds(1));
            sizes.add(i * 37 % 400);
            append(backplane, LOBBY, "key-" + i, "x".repeat(i * 37 % 400));

            int expected = 0;
            for (long used = 0; expected < Math.min(20, sizes.size()); expected++) {
                used += sizes.get(sizes.size() - 1 - expected);
                if (used > keep.get().bytes()) {
                    break;
                }
            }
            long kept = backplane.extent(LOBBY).toCompletableFuture().join().entries();
            if (i % 80 < 40 && i >= 80) { // what was given up meanwhile does not come back
                assertThat(kept).isLessThanOrEqualTo(expected);
            } else {
                assertThat(kept).isEqualTo(expected);
            }
        }
    }

    @Test
    void ofALogThatIsForgottenNothingIsTakenOffTwice() {
        AtomicLong held = new AtomicLong();
        MemoryLog log = new MemoryLog(LOBBY, "e", 10, NOON, held::addAndGet);
        for (int i = 0; i < 5; i++) {
            Draft draft = new Draft("key-" + i, new Draft.Author("7", "c"), Draft.Kind.MESSAGE, "text");
            assertThat(log.append(draft, null, NOON, stored -> {})).isPresent();
        }
        assertThat(held).hasPositiveValue();

        assertThat(log.forget()).isTrue();

        log.trim(Keep.bytes(1), NOON.plusSeconds(60));
        log.purge();
        log.halve();
        assertThat(log.forget()).isFalse();
        assertThat(held).hasValue(0);
    }

    @Test
    void whatIsErasedCostsNothingMore() {
        Budget budget = new Budget(1_000 * MIB);
        MemoryBackplane backplane = new MemoryBackplane(1_000, Clock.systemUTC(), budget);
        Position victim = append(backplane, LOBBY, "1", "x".repeat(1_000_000)).position();
        assertThat(budget.used()).isGreaterThan(1_000_000);

        assertThat(backplane
                        .erase(LOBBY, victim.message())
                        .toCompletableFuture()
                        .join())
                .isTrue();

        assertThat(budget.used()).isLessThan(10_000);
    }

    @Test
    void askingForRoomsMakesNone() {
        Budget budget = new Budget(MIB);
        MemoryBackplane backplane = new MemoryBackplane(10, Clock.systemUTC(), budget);
        for (int i = 0; i < 1_000; i++) {
            RoomId room = new RoomId("room-" + i);
            assertThat(read(backplane, room, Position.ORIGIN).entries()).isEmpty();
            backplane.extent(room).toCompletableFuture().join();
            backplane.purge(room).toCompletableFuture().join();
        }

        assertThat(budget.used()).isZero();
    }

    @Test
    void whatIsKeptIsBoundedInBytes() {
        Budget budget = new Budget(8 * MIB);
        MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.fixed(NOON), budget);
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            refused += backplane
                            .keep("key-" + i, "x".repeat(1_000), java.time.Duration.ofMinutes(1))
                            .toCompletableFuture()
                            .isCompletedExceptionally()
                    ? 1
                    : 0;
        }

        assertThat(refused).isPositive();
        assertThat(budget.used()).isLessThanOrEqualTo(budget.max() / 8);
        assertThat(backplane.take("key-0").toCompletableFuture().join()).isPresent();
    }

    private static Appended append(MemoryBackplane backplane, RoomId room, String key, String text) {
        Draft draft = new Draft(key, new Draft.Author("7", "connection"), Draft.Kind.MESSAGE, text);
        return backplane.append(room, draft).toCompletableFuture().join();
    }

    private static Slice read(MemoryBackplane backplane, RoomId room, Position after) {
        return backplane
                .read(room, after, 1_000, Long.MAX_VALUE)
                .toCompletableFuture()
                .join();
    }

    private static Appended append(MemoryBackplane backplane, String key) {
        Draft draft = new Draft(key, new Draft.Author("7", "connection"), Draft.Kind.MESSAGE, "text");
        return backplane.append(LOBBY, draft).toCompletableFuture().join();
    }

    private static Slice read(MemoryBackplane backplane, Position after) {
        return backplane
                .read(LOBBY, after, 100, Long.MAX_VALUE)
                .toCompletableFuture()
                .join();
    }
}
