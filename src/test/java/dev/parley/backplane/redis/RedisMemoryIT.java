package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rooms that are larger than the memory of a node. */
@Tag("standalone-alone") // it measures
@Tag("standalone") // no server is needed, so once is enough
@Tag("full") // takes half a minute
@Timeout(180)
final class RedisMemoryIT {
    private static final RoomId ROOM = new RoomId("large");
    private static final int ENTRIES = 400;
    private static final int SIZE = 1_000_000;

    @Test
    void aNodeThatWasFrozenCatchesUpWithMoreThanItHasMemoryFor() throws Exception {
        try (RedisServer server = RedisServer.launch(RedisServer.FORGETFUL);
                Backplane node = EngineBackplane.start(
                        new RedisEngine(server.address(), 10_000),
                        EngineBackplane.Timing.USUAL,
                        "",
                        new Budget(Long.MAX_VALUE),
                        new Threads());
                SmallNode small = SmallNode.start(server.address(), ROOM, "128m")) {
            FaultyNodes.until(() -> small.lines().contains("follows"));
            small.signal("STOP");
            String text = "x".repeat(SIZE);
            for (int i = 0; i < ENTRIES; i++) {
                Draft draft = new Draft("k" + i, new Draft.Author("a", "c"), Draft.Kind.MESSAGE, text);
                node.append(ROOM, draft).toCompletableFuture().get(10, TimeUnit.SECONDS);
            }
            small.signal("CONT");

            FaultyNodes.until(() -> entries(small).size() >= ENTRIES);
            assertThat(entries(small))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, ENTRIES)
                            .mapToObj(i -> "entry " + i + " " + SIZE)
                            .toList());
            assertThat(small.lines()).contains("behind").doesNotContain("broken");
            FaultyNodes.until(
                    () -> small.lines().lastIndexOf("complete") > small.lines().lastIndexOf("behind"));

            List<CompletionStage<Slice>> reads = new ArrayList<>();
            for (int i = 0; i < 60; i++) { // each of another place, so that none shares an answer
                reads.add(node.read(ROOM, new Position(epoch(node), i, ""), 200, 512 * 1024));
            }
            RoomId another = new RoomId("another");
            node.append(another, new Draft("k", new Draft.Author("a", "c"), Draft.Kind.MESSAGE, "m"))
                    .toCompletableFuture()
                    .get(1, TimeUnit.SECONDS);
            assertThat(node.readBefore(another, Long.MAX_VALUE, 10, 1_000)
                            .toCompletableFuture()
                            .get(1, TimeUnit.SECONDS)
                            .entries())
                    .hasSize(1);
            for (CompletionStage<Slice> read : reads) {
                Slice slice = read.toCompletableFuture().get(10, TimeUnit.SECONDS);
                assertThat(slice.entries()).hasSize(1);
                assertThat(slice.more()).isTrue();
            }
        }
    }

    private static String epoch(Backplane node) throws Exception {
        return node.extent(ROOM)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .top()
                .epoch();
    }

    private static List<String> entries(SmallNode small) {
        return small.lines().stream().filter(line -> line.startsWith("entry")).toList();
    }
}
