package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Keep;
import dev.parley.backplane.RoomId;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class KeepingTest {
    private static final RoomId LEAN = new RoomId("lean");
    private static final RoomId FAILING = new RoomId("failing");

    private final Threads threads = new Threads();
    private final LinkedBlockingQueue<Set<RoomId>> trimmed = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final QueryWorkers workers = new QueryWorkers(
            () -> new ReaderTest.FakeEngine() {
                @Override
                public Map<RoomId, Long> trim(Map<RoomId, Keep> rooms) throws LinkException {
                    if (rooms.containsKey(FAILING) && failures.getAndDecrement() > 0) {
                        throw new LinkException("lost by a test");
                    }
                    trimmed.add(Set.copyOf(rooms.keySet()));
                    return Map.of();
                }
            }.connect(),
            new Budget(1_000_000));
    private final Keeping keeping = new Keeping(workers);

    @BeforeEach
    void start() {
        workers.loops().forEach(loop -> loop.start(threads));
    }

    @AfterEach
    void stop() {
        workers.close();
        threads.close();
    }

    private Keep rule(RoomId room) {
        asked.incrementAndGet();
        return room.equals(LEAN) || room.equals(FAILING) ? Keep.entries(1) : Keep.ALL;
    }

    @Test
    void whoWritesAsksNoRuleAndRoomsThatKeepAllCrowdOutNone() throws Exception {
        keeping.begin(this::rule);
        List<RoomId> rooms =
                IntStream.range(0, 1_000).mapToObj(i -> new RoomId("room-" + i)).toList();
        for (int i = 0; i < 10; i++) {
            rooms.forEach(keeping::touched);
        }
        keeping.touched(LEAN);
        assertThat(asked).hasValue(0);

        keeping.poll();

        assertThat(trimmed.poll(10, TimeUnit.SECONDS)).containsExactly(LEAN);
        assertThat(asked).hasValue(rooms.size() + 1);
    }

    @Test
    void whatCouldNotBeTrimmedIsTriedAgain() throws Exception {
        keeping.begin(this::rule);
        failures.set(1);
        keeping.touched(FAILING);

        keeping.poll();

        assertThat(trimmed.poll(10, TimeUnit.SECONDS)).containsExactly(FAILING);
    }
}
