package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Membership;
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
    private volatile Runnable whileRead = () -> {};
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
            presence.rooms().moved(ROOM);
        }
        long read = reads.get();
        assertThat(read).isLessThanOrEqualTo(2 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) / 250);
        presence.watch(QUIET, new Watcher("quiet: "));
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("quiet: first");
        users = Set.of("first", "last");
        presence.rooms().moved(ROOM);
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("room: last");
    }

    @Test
    void whoMovesIsToldAtOnceAndNothingIsRead() throws Exception {
        presence.watch(ROOM, new Watcher("room: "));
        presence.rooms().moved(QUIET, member("first", true)); // which nobody watches
        presence.loop().start(threads);
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("room: first");
        int renewed = renewals.get();

        for (int i = 0; i < 100; i++) {
            presence.rooms().moved(ROOM, member("next", true));
            presence.rooms().moved(ROOM, member("next", true)); // told twice, as engines may
            presence.rooms().moved(ROOM, member("next", false));
            assertThat(told).containsExactly("room: next", "room: -next");
            told.clear();
        }
        while (renewals.get() < renewed + 10) {
            presence.rooms().moved(ROOM, member("first", true));
        }

        assertThat(reads).hasValue(1);
        assertThat(told).isEmpty();
    }

    @Test
    void whatIsToldWhileARoomIsReadCountsMoreThanWhatIsRead() throws Exception {
        users = Set.of("first", "gone");
        whileRead = () -> {
            if (reads.get() == 1) {
                presence.rooms().moved(ROOM, member("gone", false));
                presence.rooms().moved(ROOM, member("new", true));
            }
        };
        presence.watch(ROOM, new Watcher("room: "));
        presence.loop().start(threads);

        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("room: new");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("room: first");
        users = Set.of("first", "new", "marker");
        presence.rooms().moved(ROOM);
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("room: marker");
    }

    @Test
    void whatCannotBeReadIsReadAgain() throws Exception {
        whileRead = () -> {
            if (reads.get() == 1) {
                throw new BackplaneException("refused by a test");
            }
        };
        presence.watch(ROOM, new Watcher("room: "));
        presence.loop().start(threads);

        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("room: first");
        assertThat(reads).hasValue(2);
    }

    private static String member(String user, boolean isIn) {
        return new Membership(user, "node " + user, isIn, "").encoded();
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
        public void left(String user) {
            told.add(room + "-" + user);
        }
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
        public List<Membership> in(RoomId room) {
            if (room.equals(ROOM)) {
                reads.incrementAndGet();
            }
            List<Membership> found = users.stream()
                    .map(user -> new Membership(user, "node " + user, true, ""))
                    .toList();
            whileRead.run();
            return found;
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
