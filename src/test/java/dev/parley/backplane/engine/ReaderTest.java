package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ReaderTest {
    private static final RoomId ROOM = new RoomId("room");

    private final Threads threads = new Threads();
    private final FakeEngine engine = new FakeEngine();
    private final Budget budget = new Budget(Long.MAX_VALUE);
    private final Listening listening = new Listening(engine, new Deaf());
    private final Reader reader = new Reader(engine::connect, listening, budget, Duration.ofMillis(100));
    private final LinkedBlockingQueue<Long> told = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        reader.close();
        listening.loop().close();
        threads.close();
    }

    @Test
    void whateverAReadThrowsFollowersAreToldAllOfItInOrder() throws Exception {
        start(List.of(ROOM));
        engine.failures.set(3); // of memory
        engine.top = 40;
        reader.doubt(ROOM);

        for (long seq = 1; seq <= 40; seq++) {
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(seq);
        }
        assertThat(engine.failures).hasValueLessThanOrEqualTo(0);
        reader.close(); // what was read is let go of after it has been told
        assertThat(budget.used()).isZero();
    }

    @Test
    void aRoomWhoseNextEntryIsLongerThanItsShareIsReadAlone() throws Exception {
        List<RoomId> rooms =
                LongStream.range(0, 20).mapToObj(i -> new RoomId("room-" + i)).toList();
        start(rooms);
        engine.entryBytes = 1024 * 1024;
        engine.top = 3;
        rooms.forEach(reader::doubt);

        for (int i = 0; i < 3 * rooms.size(); i++) {
            assertThat(told.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(engine.most).isLessThanOrEqualTo(4L * 1024 * 1024);
    }

    private void start(List<RoomId> rooms) {
        listening.loop().start(threads);
        reader.loop().start(threads);
        rooms.forEach(room -> reader.follow(
                room, entry -> told.add(entry.position().seq()), (id, feed) -> feed.begin(new Position("e", 0, ""))));
    }

    /** Has the same log in each room. */
    static class FakeEngine implements Engine, Link.Log {
        private final AtomicInteger failures = new AtomicInteger();
        private volatile long top;
        private volatile long entryBytes = 100;
        private volatile long most; // bytes that were read at once

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public Link connect() {
            return new QueryWorkersTest.FakeLink() {
                @Override
                public Log log() {
                    return FakeEngine.this;
                }
            };
        }

        @Override
        public Listener listen(Set<RoomId> rooms) {
            CountDownLatch isCut = new CountDownLatch(1);
            return new Listener() {
                @Override
                public void listen(Events events, Runnable alive) throws LinkException {
                    try {
                        isCut.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    throw new LinkException("cut");
                }

                @Override
                public void attend(RoomId room, boolean isWanted) {}

                @Override
                public void probe() {}

                @Override
                public void cut() {
                    isCut.countDown();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}

        @Override
        public List<Link.Outcome> append(List<Link.Proposal> batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Position> appendTogether(List<Link.Proposal> all) {
            throw new UnsupportedOperationException();
        }

        private Position at(long seq) {
            return new Position("e", seq, seq == 0 ? "" : "m" + seq);
        }

        @Override
        public Map<RoomId, Position> tops(Set<RoomId> rooms) {
            Map<RoomId, Position> tops = new HashMap<>();
            rooms.forEach(room -> tops.put(room, at(top)));
            return tops;
        }

        @Override
        public Map<RoomId, Excerpt> read(Map<RoomId, Position> after, Link.Bounds bounds, boolean isForFollowers) {
            if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("thrown by a test");
            }
            Map<RoomId, Excerpt> excerpts = new HashMap<>();
            long count = Math.min(bounds.bytes() / entryBytes, 10);
            long each = count == 0 && bounds.isOneAtLeast() ? 1 : count;
            long read = 0;
            for (Map.Entry<RoomId, Position> asked : after.entrySet()) {
                long from = asked.getValue().seq();
                List<Entry> entries = LongStream.rangeClosed(from + 1, Math.min(top, from + each))
                        .mapToObj(seq -> new Entry(
                                at(seq),
                                new Draft("k", new Draft.Author("a", "c"), Draft.Kind.MESSAGE, ""),
                                Instant.EPOCH))
                        .toList();
                read += entries.size() * entryBytes;
                Slice slice = new Slice(entries, Optional.empty(), at(top), from + entries.size() < top);
                excerpts.put(asked.getKey(), new Excerpt(slice, asked.getValue()));
            }
            most = Math.max(most, read);
            return excerpts;
        }

        @Override
        public Slice readBefore(RoomId room, long seq, Link.Bounds bounds) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Position purge(RoomId room) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<RoomId, Long> trim(Map<RoomId, Keep> rooms) throws LinkException {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean erase(RoomId room, String message, String erasure) {
            throw new UnsupportedOperationException();
        }
    }

    static final class Deaf implements Engine.Events {
        @Override
        public void listening(RoomId room) {}

        @Override
        public void appended(RoomId room, Entry entry) {}

        @Override
        public void grown(RoomId room) {}

        @Override
        public void moved(RoomId room, String member) {}

        @Override
        public void said(String word) {}

        @Override
        public void signalled(RoomId room, Signal signal) {}
    }
}
