package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualWorkers;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told what of others, where the test says what the store tells and when a quarter of a second is over. */
@Timeout(60)
final class PresenceTest {
    private static final RoomId NEWS = new RoomId("news");
    private static final int TALKERS = 132; // whose statuses together are just too much

    private final Budget budget = new Budget(Long.MAX_VALUE);
    private final Workers workers = new Workers();
    private final ManualWorkers timers = new ManualWorkers();
    private final Random random = new Random(1);
    private final Rooms rooms = new Rooms(
            new MemoryBackplane(10, InstantSource.system(), budget),
            workers,
            10,
            id -> Overflow.CLOSE,
            budget,
            Integer.MAX_VALUE);
    private boolean isOutOfMemory;
    private boolean storeFails;
    private int asked;

    private final PresenceStore store = new PresenceStore() {
        @Override
        public void enter(RoomId room, Draft farewell) {}

        @Override
        public void leave(RoomId room, Draft.Author member) {}

        @Override
        public CompletionStage<Map<String, Occupant>> members(RoomId room) {
            if (storeFails) {
                throw new OutOfMemoryError("for the test");
            }
            asked++;
            return CompletableFuture.completedFuture(Map.of());
        }

        @Override
        public Subscription watch(RoomId room, Watcher watcher) {
            return () -> {};
        }
    };

    private final Presence presence = new Presence(
            NEWS,
            (connection, task) -> {
                if (isOutOfMemory) {
                    throw new OutOfMemoryError("for the test");
                }
                task.run();
            },
            store,
            timers.workers(),
            budget);

    @AfterEach
    void stop() {
        workers.close();
        timers.close();
    }

    private Peer watcher() {
        Peer peer = new Peer(workers);
        presence.show(rooms.join(NEWS, peer.connection(), "watcher"));
        peer.awaitLines(1);
        return peer;
    }

    private void quarterOfASecond() {
        timers.goOff(random);
    }

    private void says(int talker, String status) {
        presence.changed("user-" + talker, status);
    }

    private void crowd() {
        for (int i = 0; i < TALKERS; i++) {
            presence.joined("user-" + i);
            says(i, "1".repeat(1_000));
        }
        quarterOfASecond();
    }

    @Test
    void newsThatCouldNotBeQueuedIsToldWithTheNext() {
        Peer peer = watcher();
        presence.joined("bob");
        isOutOfMemory = true;
        assertThatThrownBy(this::quarterOfASecond).isInstanceOf(OutOfMemoryError.class);
        isOutOfMemory = false;

        presence.joined("carol");
        quarterOfASecond();

        assertThat(peer.awaitLines(2).get(1)).contains("\"joined\":[\"bob\",\"carol\"],\"left\":[]");
    }

    @Test
    void newsThatCouldNotBeToldIsToldWithTheNext() {
        Peer peer = watcher();
        crowd();
        for (int i = 0; i < 20; i++) {
            presence.left("user-" + i);
        }
        storeFails = true;
        assertThatThrownBy(this::quarterOfASecond).isInstanceOf(OutOfMemoryError.class);
        storeFails = false;

        presence.left("user-20");
        quarterOfASecond();

        assertThat(peer.awaitLines(3).get(2))
                .contains("\"members\":[", "\"user-21\"")
                .doesNotContain("\"user-20\"");
    }

    @Test
    void oneStatusThatComesAndGoesDoesNotHaveAllTold() {
        Peer peer = watcher();
        Peer other = watcher();
        crowd();
        for (int i = 0; i < 3; i++) {
            says(0, "");
            quarterOfASecond();
            says(0, "1".repeat(1_000));
            quarterOfASecond();
        }
        for (int i = 0; i < 15; i++) {
            presence.left("user-" + i);
        }
        quarterOfASecond();
        presence.joined("bob");
        quarterOfASecond();

        assertThat(peer.awaitLines(4))
                .satisfiesExactly(
                        line -> assertThat(line).contains("\"members\":[]"),
                        line -> assertThat(line).contains("\"count\":" + TALKERS),
                        line -> assertThat(line)
                                .contains("\"members\":[", "\"user-131\"")
                                .doesNotContain("\"user-14\""),
                        line -> assertThat(line).contains("\"joined\":[\"bob\"]"));
        assertThat(other.awaitLines(4).get(2))
                .as("rendered once")
                .isSameAs(peer.lines().get(2));
        assertThat(asked).as("once for each who came, and once for all").isEqualTo(3);
    }

    /** Or else it would be told changes of what it does not know. */
    @Test
    void whoWasToldTheNumberAloneIsToldTheNamesWhenTheyAreFewer() {
        watcher();
        for (int i = 0; i <= Presence.MAX_NAMED; i++) {
            presence.joined("user-" + i);
        }
        Peer late = watcher();
        for (int i = 0; i < 100; i++) {
            presence.left("user-" + i);
        }
        quarterOfASecond();

        assertThat(late.awaitLines(2))
                .satisfiesExactly(
                        line -> assertThat(line).contains("\"count\":501"),
                        line -> assertThat(line)
                                .contains("\"members\":[", "\"user-500\"")
                                .doesNotContain("\"user-99\""));
    }
}
