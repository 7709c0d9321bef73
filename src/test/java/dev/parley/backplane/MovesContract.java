package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.backplane.engine.Link;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How those who watch a room learn who comes and goes: they are told, and read who is in where they are not told whom. */
public abstract class MovesContract extends TwoNodes {
    private static final int MEMBERS = 1_000;
    private static final String LONG = Occupant.status(1, '"' + "x".repeat(1_022) + '"');
    private ObservedEngine observed; // of the node there

    protected abstract Engine engine() throws Exception;

    /** Tells that members of the room have moved, as a node of the version before does. */
    protected abstract void tellAsBefore(RoomId room) throws Exception;

    /** Tells something in place of a member. */
    protected abstract void tellInstead(RoomId room, String what) throws Exception;

    /** Takes a connection out, and tells nobody. */
    protected abstract void takeOut(RoomId room, String connection) throws Exception;

    @Override
    protected final Nodes start(int entriesPerRoom) throws Exception {
        Engine first = engine();
        observed = new ObservedEngine(engine());
        return new Nodes(node(first), node(observed));
    }

    private static Backplane node(Engine engine) {
        return EngineBackplane.start(
                engine, EngineBackplane.Timing.USUAL, "", new Budget(Long.MAX_VALUE), new Threads());
    }

    @Test
    void inABigRoomWhoComesGoesAndSaysSomethingIsToldWithoutAnybodysReadingIt() throws Exception {
        ClusterContract.Watch watch = watchMany();
        int before = observed.reads.get();

        for (int i = 0; i < 20; i++) { // each is awaited, so that each would be read
            says(here, "user-" + i, "another-" + i, Occupant.status(i, Integer.toString(i)));
            assertThat(watch.take(1)).containsExactly("user-" + i + "=" + i);
            leave(here, "user-" + i, "c-" + i);
            leave(here, "user-" + i, "another-" + i);
            assertThat(watch.take(1).get(0)).isIn("user-" + i + "=", "-user-" + i);
            enter(there, "new-" + i, "new-" + i);
            while (!watch.take(1).get(0).equals("+new-" + i)) {
                // the same user's other connection has left
            }
        }

        assertThat(observed.reads.get() - before).isLessThanOrEqualTo(1); // it has begun to listen meanwhile
        assertThat(result(there.presence().members(room))).hasSize(MEMBERS);
    }

    @Test
    void aChangeOfWhichNothingIsToldIsReadAndSoIsOneThatNobodyUnderstands() throws Exception {
        ClusterContract.Watch watch = watchMany();

        takeOut(room, "c-7");
        tellAsBefore(room);
        assertThat(watch.take(1)).containsExactly("-user-7");
        takeOut(room, "c-8");
        tellInstead(room, "?");
        assertThat(watch.take(1)).containsExactly("-user-8");
        takeOut(room, "c-9");
        tellInstead(room, "+%zz a b");
        assertThat(watch.take(1)).containsExactly("-user-9");
    }

    @Test
    void whoComesAndGoesWhileTheRoomIsReadIsNotLost() throws Exception {
        ClusterContract.Watch watch = watchMany();
        CompletableFuture<List<String>> told = new CompletableFuture<>();
        observed.beforeAnswer = () -> { // what has been read has user-1 in it, and not who is late
            if (!told.isDone()) {
                enter(here, "late", "l1");
                leave(here, "user-1", "c-1");
                try {
                    told.complete(watch.take(2));
                } catch (InterruptedException | AssertionError e) {
                    told.completeExceptionally(e);
                }
            }
        };

        takeOut(room, "c-2");
        tellAsBefore(room);

        assertThat(result(told)).containsExactlyInAnyOrder("+late", "-user-1");
        assertThat(watch.take(1)).containsExactly("-user-2"); // it was read, and nothing else has changed by that
        enter(here, "marker", "m1");
        assertThat(watch.take(1)).containsExactly("+marker");
    }

    @Test
    void whereANodeStopsWhoIsInIsRead() throws Exception {
        ClusterContract.Watch watch = watchMany();
        enter(there, "bob", "b1");
        enter(here, "bob", "b2");
        assertThat(watch.take(1)).containsExactly("+bob");
        FaultyNodes.until(() -> result(here.presence().members(room)).get("bob").connections() == 2);

        here.close(); // which tells of none of its members

        assertThat(watch.take(MEMBERS)).doesNotHaveDuplicates().allMatch(each -> each.startsWith("-user-"));
        leave(there, "bob", "b1");
        assertThat(watch.take(1)).containsExactly("-bob");
    }

    @Test
    void ofEachMemberOfABatchListenersAreToldInOrderAndNothingElse() throws Exception {
        RoomId other = new RoomId(room.name() + ":other");
        List<Link.Move> in = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            RoomId each = i % 3 == 0 ? other : room;
            String user = i % 2 == 0 ? "\u0418\u0432\u0430\u043d +%& " + i : "a b\u0000\u20ac\ud83d\ude00" + i;
            in.add(move(each, user, "c-" + i, true, i % 5 == 0 ? LONG : i % 5 == 1 ? Occupant.status(i, "[]") : ""));
        }
        List<Link.Move> out = in.stream()
                .map(move -> new Link.Move(move.room(), move.farewell(), false))
                .toList();
        try (Heard heard = new Heard(Set.of(room, other));
                Link link = engine().connect()) {
            heard.awaitListening(2);
            assertThat(link.members().renew("node", Duration.ofMinutes(1))).isFalse();

            link.members().move("node", in);
            List<Membership> read = link.members().in(room);
            link.members().move("node", out);
            tellAsBefore(room);
            tellAsBefore(other);

            for (RoomId each : List.of(room, other)) {
                List<String> expected = new ArrayList<>();
                for (List<Link.Move> moves : List.of(in, out)) {
                    moves.stream()
                            .filter(move -> move.room().equals(each))
                            .forEach(
                                    move -> expected.add(move.membership("node").toString()));
                }
                expected.add("?");
                assertThat(heard.take(each, expected.size())).isEqualTo(expected);
            }
            assertThat(read)
                    .containsExactlyInAnyOrderElementsOf(in.stream()
                            .filter(move -> move.room().equals(room))
                            .map(move -> move.membership("node"))
                            .toList());
            assertThat(link.members().in(room)).isEmpty();
            link.members().bury("node", true);
        }
    }

    /** What is told over one connection. */
    protected final class Heard implements Engine.Events, AutoCloseable {
        private final Map<RoomId, List<String>> told = new ConcurrentHashMap<>();
        private final List<RoomId> listened = new CopyOnWriteArrayList<>();
        private final Engine.Listener listener;

        public Heard(Set<RoomId> rooms) throws Exception {
            rooms.forEach(each -> told.put(each, new CopyOnWriteArrayList<>()));
            listener = engine().listen(rooms);
            Future<?> unused = threads.submit(() -> {
                listener.listen(this, () -> {});
                return null;
            });
        }

        public void awaitListening(int rooms) throws Exception {
            FaultyNodes.until(() -> listened.size() == rooms);
        }

        /** So many of a room: a member, or {@code ?} if it is not told of which. */
        public List<String> take(RoomId each, int count) throws Exception {
            FaultyNodes.until(() -> told.get(each).size() >= count);
            return told.get(each);
        }

        @Override
        public void listening(RoomId each) {
            listened.add(each);
        }

        @Override
        public void moved(RoomId each, String member) {
            told.get(each)
                    .add(Membership.decoded(member).map(Membership::toString).orElse("?"));
        }

        @Override
        public void appended(RoomId each, Entry entry) {}

        @Override
        public void grown(RoomId each) {}

        @Override
        public void said(String word) {}

        @Override
        public void signalled(RoomId each, Signal signal) {}

        @Override
        public void close() {
            listener.cut();
            listener.close();
        }
    }

    protected static Link.Move move(RoomId room, String user, String connection, boolean isIn, String text) {
        Draft.Author member = new Draft.Author(user, connection);
        return new Link.Move(room, new Draft("left-" + connection, member, Draft.Kind.JSON, text), isIn);
    }

    /** Members that are in by the node here, and a watch on the node there that has been told of all. */
    private ClusterContract.Watch watchMany() throws Exception {
        for (int i = 0; i < MEMBERS; i++) {
            enter(here, "user-" + i, "c-" + i);
        }
        FaultyNodes.until(() -> result(here.presence().members(room)).size() == MEMBERS);
        ClusterContract.Watch watch = new ClusterContract.Watch();
        there.presence().watch(room, watch);
        assertThat(watch.take(MEMBERS)).doesNotHaveDuplicates().allMatch(each -> each.startsWith("+user-"));
        return watch;
    }

    private void enter(Backplane node, String user, String connection) {
        says(node, user, connection, "");
    }

    private void says(Backplane node, String user, String connection, String text) {
        node.presence().enter(room, move(room, user, connection, true, text).farewell());
    }

    private void leave(Backplane node, String user, String connection) {
        node.presence().leave(room, new Draft.Author(user, connection));
    }
}
