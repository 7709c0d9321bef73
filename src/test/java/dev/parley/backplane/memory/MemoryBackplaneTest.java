package dev.parley.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneContract;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The memory of one process is one engine and one node at once, so both nodes of the contract are the same object. */
final class MemoryBackplaneTest extends BackplaneContract {
    private static final RoomId LOBBY = new RoomId("lobby");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Override
    protected Nodes start(int entriesPerRoom) {
        MemoryBackplane shared = new MemoryBackplane(entriesPerRoom, Clock.systemUTC());
        return new Nodes(shared, shared);
    }

    @Test
    void aLogThatHasRoomForOneKeepsTheLast() {
        MemoryBackplane backplane = new MemoryBackplane(1, Clock.systemUTC());
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
        MemoryBackplane backplane = new MemoryBackplane(1, now::get);
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
        MemoryBackplane backplane = new MemoryBackplane(1, InstantSource.fixed(NOON));
        for (int i = 0; i <= MemoryLog.MAX_KEYS; i++) {
            append(backplane, "key-" + i);
        }

        assertThat(append(backplane, "key-1").duplicate()).isTrue();
        assertThat(append(backplane, "key-0").duplicate()).isFalse();
    }

    @Test
    void aRestartIsAnotherEpoch() {
        Position before =
                append(new MemoryBackplane(10, Clock.systemUTC()), "1").position();
        MemoryBackplane restarted = new MemoryBackplane(10, Clock.systemUTC());
        Position after = append(restarted, "1").position();

        assertThat(after.epoch()).isNotEqualTo(before.epoch());
        assertThat(read(restarted, before).isWhole()).isFalse();
    }

    @Test
    void anEntryCarriesTheTimeOfItsClock() {
        MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.fixed(NOON));
        Position position = append(backplane, "1").position();

        assertThat(read(backplane, new Position(position.epoch(), 0, "")).entries())
                .extracting(Entry::at)
                .containsExactly(NOON);
    }

    private static Appended append(MemoryBackplane backplane, String key) {
        Draft draft = new Draft(key, new Draft.Author("7", "connection"), Draft.Kind.MESSAGE, "text");
        return backplane.append(LOBBY, draft).toCompletableFuture().join();
    }

    private static Slice read(MemoryBackplane backplane, Position after) {
        return backplane.read(LOBBY, after, 100, Long.MAX_VALUE).toCompletableFuture().join();
    }
}
