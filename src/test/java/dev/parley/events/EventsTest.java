package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.ConnectionOpened;
import dev.parley.Fake;
import dev.parley.MemberJoined;
import dev.parley.MemberLeft;
import dev.parley.MessagePublished;
import dev.parley.Options;
import dev.parley.ParleyEvent;
import dev.parley.ParleyListener;
import dev.parley.RoomEvent;
import dev.parley.RoomPolicy;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EventsTest {
    private static final RoomId ORDER = new RoomId("order-42");
    private static final RoomId LOBBY = new RoomId("lobby");
    private static final Draft.Author ANN = new Draft.Author("ann", "c1");

    private final Workers workers = new Workers();
    private final Budget budget = new Budget(Long.MAX_VALUE);
    private final Backplane backplane = new MemoryBackplane(10, Clock.systemUTC(), budget);
    private final ConnectionManager connections = new ConnectionManager(
            new ConnectionManager.Limits(10, 10, 10_000, Duration.ofSeconds(10), Duration.ofSeconds(20)),
            workers,
            null,
            budget,
            System::nanoTime);
    private final Events events =
            new Events(backplane, connections, budget, Clock.systemUTC(), Threads.factory("event"));

    @AfterEach
    void stop() {
        events.close();
        workers.close();
    }

    /** As an application adds one by a call. */
    private <E extends ParleyEvent> void listen(Class<E> type, String rooms, Consumer<E> told) {
        new Options() {
            @Override
            public Options policy(RoomPolicy policy) {
                throw new AssertionError();
            }

            @Override
            public Options listener(ParleyListener<?> listener) {
                events.add(listener);
                return this;
            }
        }.listener(type, rooms, told);
    }

    private <E extends ParleyEvent> LinkedBlockingQueue<E> heard(Class<E> type, String rooms) {
        LinkedBlockingQueue<E> heard = new LinkedBlockingQueue<>();
        listen(type, rooms, heard::add);
        return heard;
    }

    private static <E> E next(LinkedBlockingQueue<E> heard) throws InterruptedException {
        E event = heard.poll(20, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        return event;
    }

    private void enter(RoomId room, Draft.Author member) {
        backplane.presence().enter(room, new Draft("left-" + member, member, Draft.Kind.LEFT, ""));
    }

    private void leave(RoomId room) {
        backplane.presence().leave(room, ANN);
    }

    private void say(RoomId room, String text, Draft.Kind kind) {
        backplane.append(room, new Draft(text, ANN, kind, text));
    }

    @Test
    void aListenerIsToldOfItsRoomsInOrderAndReadsTheVariable() throws Exception {
        LinkedBlockingQueue<RoomEvent> orders = heard(RoomEvent.class, "order-{id}");
        LinkedBlockingQueue<MemberLeft> left = heard(MemberLeft.class, "*");
        enter(LOBBY, ANN);
        enter(ORDER, ANN);
        enter(ORDER, new Draft.Author("ann", "c2"));
        say(ORDER, "{\"status\":\"shipped\"}", Draft.Kind.JSON);
        say(ORDER, "left", Draft.Kind.LEFT);
        say(LOBBY, "hello", Draft.Kind.MESSAGE);
        say(ORDER, "hello", Draft.Kind.MESSAGE);
        leave(ORDER);
        backplane.presence().leave(ORDER, new Draft.Author("ann", "c2"));

        for (String kind : List.of("RoomOccupied", "MemberJoined", "MessagePublished", "MessagePublished")) {
            RoomEvent event = next(orders);
            assertThat(event.getClass().getSimpleName()).isEqualTo(kind);
            assertThat(event.room().name()).isEqualTo("order-42");
            assertThat(event.room().variable("id")).isEqualTo("42");
            if (event instanceof MessagePublished said && said.position().seq() == 1) {
                assertThat(said.data().raw()).isEqualTo("{\"status\":\"shipped\"}");
                assertThat(said.from().user()).isEqualTo("ann");
            } else if (event instanceof MessagePublished said) {
                assertThat(said.data().raw()).isEqualTo("\"hello\"");
                assertThat(said.position().seq()).isEqualTo(3);
            }
        }
        assertThat(next(orders)).isInstanceOf(MemberLeft.class);
        assertThat(next(orders).getClass().getSimpleName()).isEqualTo("RoomVacated");
        MemberLeft event = next(left);
        assertThat(event.user()).isEqualTo("ann");
        assertThat(event.room().variables()).isEmpty();
        assertThat(orders).isEmpty();
    }

    @Test
    void untilSomebodyObservesNothingIsAskedOfTheEngineAndThenOnlyForItsRooms() {
        List<String> asked = new CopyOnWriteArrayList<>();
        Backplane silent = Fake.of(Backplane.class, (method, arguments) -> asked.add(method));
        Events none = new Events(silent, connections, budget, Clock.systemUTC(), Threads.factory("event"));
        assertThat(asked).isEmpty();

        none.add(new ParleyListener<MemberJoined>() {
            @Override
            public Class<MemberJoined> type() {
                return MemberJoined.class;
            }

            @Override
            public String rooms() {
                return "order-{id}";
            }

            @Override
            public void happened(MemberJoined event) {}
        });

        assertThat(asked).containsExactly("witnessedBy");
        assertThat(none.seesMembers(ORDER)).isTrue();
        assertThat(none.seesMembers(LOBBY)).isFalse();
        assertThat(none.seesMessages(ORDER)).isFalse();
        none.close();
        assertThat(none.seesMembers(ORDER)).isFalse();
    }

    @Test
    void oneThatThrowsIsToldOfTheNext() throws Exception {
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        listen(MemberJoined.class, "*", event -> {
            told.add(event.user());
            throw new NoClassDefFoundError("thrown by a test");
        });
        LinkedBlockingQueue<MemberJoined> other = heard(MemberJoined.class, "*");
        enter(LOBBY, ANN);
        enter(LOBBY, new Draft.Author("bob", "c2"));

        assertThat(List.of(next(told), next(told))).containsExactly("ann", "bob");
        assertThat(next(other).user()).isEqualTo("ann");
        assertThat(next(other).user()).isEqualTo("bob");
        events.close();
        assertThat(events.counts()).isEqualTo(Map.of("told", 2L, "failed", 2L, "dropped", 0L));
    }

    @Test
    void oneThatDoesNotReturnHoldsUpNobodyAndWhatItMissesIsCounted() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch isIn = new CountDownLatch(1);
        listen(MemberJoined.class, "*", event -> {
            isIn.countDown();
            awaitIgnoringInterrupts(never);
        });
        enter(LOBBY, ANN);
        assertThat(isIn.await(20, TimeUnit.SECONDS)).isTrue();
        LinkedBlockingQueue<MemberJoined> other = heard(MemberJoined.class, "*");
        for (int i = 0; i < Lane.WAITING + 5; i++) {
            enter(LOBBY, new Draft.Author("user-" + i, "c"));
            assertThat(next(other).user()).isEqualTo("user-" + i);
        }
        assertThat(events.counts()).containsEntry("dropped", 5L);
        assertThat(budget.usedBy().get("kept")).isBetween(Lane.WAITING * Sink.EVENT_BYTES, Long.MAX_VALUE);

        long began = System.nanoTime();
        events.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThat(budget.usedBy()).containsEntry("kept", 0L);
        never.countDown();
    }

    private static void awaitIgnoringInterrupts(CountDownLatch latch) {
        boolean isOver = false;
        while (!isOver) {
            try {
                latch.await();
                isOver = true;
            } catch (InterruptedException ignored) {
                isOver = false;
            }
        }
    }

    @Test
    void whatWaitsForOneThatIsSlowGivesWayWhenMemoryIsShort() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        Tally tally = new Tally("told", "dropped", "failed");
        Lane lane = new Lane(
                "slow",
                event -> {
                    told.add(((MemberJoined) event).user());
                    awaitIgnoringInterrupts(goOn);
                },
                Threads.factory("event"),
                budget,
                tally);
        lane.give(joined("first"));
        assertThat(next(told)).isEqualTo("first");
        lane.give(joined("second"));
        lane.give(joined("third"));
        assertThat(lane.held()).isPositive();

        lane.giveWay();
        lane.give(joined("fourth"));
        goOn.countDown();

        assertThat(next(told)).isEqualTo("fourth");
        assertThat(tally.sums()).containsEntry("dropped", 2L);
        lane.close(Duration.ofSeconds(10));
        assertThat(lane.held()).isZero();
    }

    private static MemberJoined joined(String user) {
        return new MemberJoined(
                new dev.parley.RoomName("lobby", Map.of()),
                user,
                Clock.systemUTC().instant());
    }

    @Test
    void roomsThatAreNoneAndRoomsOfAConnectionAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> heard(MemberJoined.class, "{a}{b}"))
                .withMessageContaining("listener");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> heard(ConnectionOpened.class, "order-{id}"))
                .withMessageContaining("a connection is in no room");
    }
}
