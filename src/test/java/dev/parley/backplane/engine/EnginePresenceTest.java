package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Occupant;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Turnout;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class EnginePresenceTest {
    private static final RoomId ROOM = new RoomId("room");
    private static final RoomId QUIET = new RoomId("quiet");
    private static final Duration LEASE = Duration.ofMillis(300);

    private final Threads threads = new Threads();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger renewals = new AtomicInteger();
    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    private volatile Set<String> users = Set.of("first");
    private final EnginePresence presence = new EnginePresence(
            "node",
            LEASE,
            () -> new QueryWorkersTest.FakeLink() {
                @Override
                public Members members() {
                    return new Room();
                }
            },
            new Listening(new ReaderTest.FakeEngine(), new ReaderTest.Deaf()),
            new QueryWorkers(QueryWorkersTest.FakeLink::new, new Budget(1_000_000)),
            (room, farewell) -> CompletableFuture.failedStage(new AssertionError()));

    @AfterEach
    void stop() {
        presence.close(false);
        threads.close();
    }

    @Test
    void aRoomThatChangesAllTheTimeIsReadNowAndThenAndItsLastChangeIsTold() throws Exception {
        presence.watch(ROOM, new Watcher("room: "));
        presence.loop().start(threads);
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("room: first");
        long began = System.nanoTime();
        int renewed = renewals.get();

        while (renewals.get() < renewed + 10) {
            presence.moved(ROOM);
        }
        long read = reads.get();
        assertThat(read).isLessThanOrEqualTo(2 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) / 250);
        presence.watch(QUIET, new Watcher("quiet: "));
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("quiet: first");
        users = Set.of("first", "last");
        presence.moved(ROOM);
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("room: last");
    }

    private final class Watcher implements PresenceStore.Watcher {
        private final String room;

        Watcher(String room) {
            this.room = room;
        }

        @Override
        public void joined(String user) {
            told.add(room + user);
        }

        @Override
        public void changed(String user, String data) {}

        @Override
        public void left(String user) {}
    }

    private final class Room implements Link.Members {
        @Override
        public boolean renew(String node, Duration lease) {
            renewals.incrementAndGet();
            return true;
        }

        @Override
        public void move(String node, List<Link.Move> moves) {}

        @Override
        public Map<String, Occupant> in(RoomId room) {
            if (room.equals(ROOM)) {
                reads.incrementAndGet();
            }
            return users.stream().collect(Collectors.toMap(user -> user, user -> new Occupant(1, "")));
        }

        @Override
        public Map<String, List<Link.Move>> orphans() {
            return Map.of();
        }

        @Override
        public void bury(String node, boolean isOurs) {}

        @Override
        public Turnout turnout(RoomId room) {
            throw new UnsupportedOperationException();
        }
    }
}
