package dev.parley.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Appended;
import dev.parley.backplane.BackplaneContract;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
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
        assertThat(read(backplane, new Position(first.epoch(), 0)).isWhole()).isFalse();
    }

    @Test
    void aKeyIsKnownForAsLongAsItsEntryIsKept() {
        MemoryBackplane backplane = new MemoryBackplane(2, Clock.systemUTC());
        append(backplane, "1");
        append(backplane, "2");
        assertThat(append(backplane, "1").duplicate()).isTrue();
        append(backplane, "3"); // and the first is gone

        Appended again = append(backplane, "1");

        assertThat(again.duplicate()).isFalse();
        assertThat(again.position().seq()).isEqualTo(4);
        assertThat(append(backplane, "3").duplicate()).isTrue();
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

        assertThat(read(backplane, new Position(position.epoch(), 0)).entries())
                .extracting(Entry::at)
                .containsExactly(NOON);
    }

    @Test
    void anEmptyLogIsWhole() {
        MemoryBackplane backplane = new MemoryBackplane(10, Clock.systemUTC());
        String epoch = append(backplane, "1").position().epoch();

        Slice slice = backplane
                .read(new RoomId("nobody-spoke-here"), new Position(epoch, 0), 10)
                .toCompletableFuture()
                .join();

        assertThat(slice.isWhole()).isTrue();
        assertThat(slice.entries()).isEmpty();
    }

    private static Appended append(MemoryBackplane backplane, String key) {
        Draft draft = new Draft(key, new Draft.Author("7", "connection"), Draft.Kind.MESSAGE, "text");
        return backplane.append(LOBBY, draft).toCompletableFuture().join();
    }

    private static Slice read(MemoryBackplane backplane, Position after) {
        return backplane.read(LOBBY, after, 100).toCompletableFuture().join();
    }
}
