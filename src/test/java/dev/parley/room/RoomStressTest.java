package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Clog;
import dev.parley.connection.ManualClock;
import dev.parley.connection.Peer;
import dev.parley.connection.Seed;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Members that join, speak, leave, are thrown out and vanish at the same time, over wires of every kind. What each was sent is
 * held against the log.
 */
@Timeout(180)
final class RoomStressTest {
    private static final int ROUNDS = 2_000;
    private static final int SMALL_OUTBOX = 12; // may overflow, and the member is then closed
    private static final String MARKER = "that was this round";

    private final Workers workers = new Workers();
    private final ManualClock clock = new ManualClock();
    private final MemoryBackplane backplane =
            new MemoryBackplane(100_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
    private final Rooms rooms =
            new Rooms(backplane, workers, 100_000, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ExecutorService container = Executors.newFixedThreadPool(3);

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        container.shutdownNow();
        workers.close();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(container.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whateverHappensAtTheSameTimeEverybodyIsSentAPieceOfTheLogWithoutHoleOrRepeat() throws Exception {
        Seed seed = Seed.of(getClass());
        for (int round = 0; round < ROUNDS; round++) {
            play(new RoomId("round-" + round), seed.round(round), seed + " round " + round);
        }
        assertThat(rooms.count()).isZero();
    }

    /** A member, and what it is going to do. */
    private static final class Actor {
        final Peer peer;
        final String user;
        final boolean leaves;

        Actor(Peer peer, String user, boolean leaves) {
            this.peer = peer;
            this.user = user;
            this.leaves = leaves;
        }
    }

    private void play(RoomId room, Random random, String about) throws Exception {
        Peer observer = new Peer(workers);
        TextMember narrator = rooms.join(room, observer.connection(), "observer", GuideWindow.GUIDE, () -> true);
        List<Actor> actors = new ArrayList<>();
        List<Runnable> actions = new ArrayList<>();
        int size = 1 + random.nextInt(4);
        for (int i = 0; i < size; i++) {
            Actor actor = new Actor(anyPeer(random), Integer.toString(i), random.nextInt(3) > 0);
            actors.add(actor);
            actions.addAll(anyActions(room, actor, random));
        }

        atOnce(actions);
        narrator.say(MARKER);
        awaitCalm(room, observer);
        for (Actor actor : actors) {
            if (!actor.leaves) {
                actor.peer.awaitLineOrClose("Client #observer says: " + MARKER);
            }
        }

        List<String> order = log(room).stream().map(GuideWindow.GUIDE::render).toList();
        assertThat(order).as(about).doesNotHaveDuplicates();
        assertThat(broadcasts(observer.lines())).as(about).isEqualTo(order);
        actors.forEach(actor -> assertSound(actor, order, about));

        List<Peer> all =
                new ArrayList<>(actors.stream().map(actor -> actor.peer).toList());
        all.add(observer);
        all.forEach(peer -> peer.connection().gone());
        Clog.settle(workers);
        assertThat(all).as(about).allMatch(peer -> peer.forgotten() == 1);
        assertThat(all).as(about).allMatch(peer -> peer.closes().size() <= 1);
        assertThat(log(room).stream()
                        .filter(entry -> entry.draft().kind() == Draft.Kind.LEFT)
                        .map(entry -> entry.draft().author()))
                .as(about)
                .doesNotHaveDuplicates()
                .hasSize(all.size());
    }

    private List<Runnable> anyActions(RoomId room, Actor actor, Random random) {
        int messages = random.nextInt(12);
        int way = random.nextInt(3);
        boolean isThrownOutByAnother = random.nextBoolean();
        Runnable end = () -> {
            switch (way) {
                case 0 -> actor.peer.connection().close(CloseCode.NORMAL);
                case 1 -> actor.peer.connection().abort(CloseCode.INTERNAL_ERROR);
                default -> actor.peer.connection().gone();
            }
        };
        List<Runnable> actions = new ArrayList<>();
        actions.add(() -> {
            TextMember member = rooms.join(room, actor.peer.connection(), actor.user, GuideWindow.GUIDE, () -> true);
            IntStream.range(0, messages).forEach(i -> member.say("m" + i));
            if (actor.leaves && !isThrownOutByAnother) {
                end.run();
            }
        });
        if (actor.leaves && isThrownOutByAnother) {
            actions.add(end);
            actions.add(actor.peer.connection()::gone);
        }
        return actions;
    }

    private Peer anyPeer(Random random) {
        Peer peer = switch (random.nextInt(4)) {
            case 0 -> new Peer(workers, clock, SMALL_OUTBOX);
            case 1 -> Peer.withBatches(1 + random.nextInt(5), workers);
            default -> new Peer(workers);
        };
        switch (random.nextInt(4)) {
            case 0 -> peer.takeOn(container);
            case 1 -> peer.takeOn(threads);
            case 2 -> peer.takeTwice();
            default -> peer.release();
        }
        return peer;
    }

    private static void assertSound(Actor actor, List<String> order, String about) {
        List<String> lines = actor.peer.lines();
        String says = "Client #" + actor.user + " says: ";
        String left = "Client #" + actor.user + " left the chat";
        assertThat(actor.peer.overlaps()).as(about).isZero();

        List<String> broadcasts = broadcasts(lines);
        if (!broadcasts.isEmpty()) {
            int from = order.indexOf(broadcasts.get(0));
            assertThat(from).as(about).isNotNegative();
            assertThat(broadcasts).as(about).isEqualTo(order.subList(from, from + broadcasts.size()));
        }
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(says)) {
                assertThat(i).as(about).isPositive();
                assertThat(lines.get(i - 1))
                        .as(about)
                        .isEqualTo("You wrote: " + lines.get(i).substring(says.length()));
            }
        }
        List<String> own = order.stream().filter(line -> line.startsWith(says)).toList();
        assertThat(own)
                .as(about)
                .isEqualTo(IntStream.range(0, own.size())
                        .mapToObj(i -> says + "m" + i)
                        .toList());
        if (actor.peer.connection().isLive()) {
            assertThat(broadcasts).as(about).containsAll(own); // for it said them after it had joined
        } else {
            assertThat(order).as(about).containsOnlyOnce(left);
            assertThat(order.subList(order.indexOf(left), order.size()))
                    .as(about)
                    .noneMatch(line -> line.startsWith(says));
            assertThat(broadcasts).as(about).doesNotContain(left);
        }
    }

    /** Waits until the observer has read the whole log and nothing comes of delivering its last entries. */
    private void awaitCalm(RoomId room, Peer observer) {
        int size;
        do {
            size = log(room).size();
            observer.awaitLines(size + 1); // and what it wrote itself
            Clog.settle(workers.fanOut());
        } while (log(room).size() != size);
    }

    private List<Entry> log(RoomId room) {
        return backplane
                .read(room, Position.ORIGIN, Integer.MAX_VALUE, Long.MAX_VALUE)
                .toCompletableFuture()
                .join()
                .entries();
    }

    private static List<String> broadcasts(List<String> lines) {
        return lines.stream().filter(line -> !line.startsWith("You wrote: ")).toList();
    }

    private void atOnce(List<Runnable> actions) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(actions.size());
        List<Future<?>> running = new ArrayList<>();
        for (Runnable action : actions) {
            running.add(threads.submit(() -> {
                barrier.await(20, TimeUnit.SECONDS);
                action.run();
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(20, TimeUnit.SECONDS);
        }
    }
}
