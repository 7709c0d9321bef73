package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.client.Room.State.Name;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A room of a Java client: as parley.js's, see {@code ParleyJsIT}. */
final class RoomTest {
    private final Stage stage = new Stage();
    private final List<Object> heard = new ArrayList<>();

    private void hear(Message message) {
        heard.add(message.position().seq());
    }

    @Test
    void itAsksForExactlyWhatTheListenersHaveNotHad() {
        Room room = stage.connect().join("r").onMessage(this::hear);
        Stage.Socket first = stage.welcome();
        assertThat(first.heard("join").containsKey("since")).isFalse();
        stage.joined("r", 7);
        List.of(8, 9, 9, 8, 10).forEach(seq -> first.tell(Stage.message("r", seq)));
        Stage.Socket second = stage.loseAndComeBack();
        assertThat(second.heard("join").get("since")).isEqualTo(Stage.place(10));
        stage.resumed("r", 12);
        stage.messages("r", 11, 13);
        assertThat(heard).containsExactly(8L, 9L, 10L, 11L, 12L, 13L);
        assertThat(room.position()).contains(new Position("e", 13, "m13"));
    }

    @Test
    void itGoesOnWhereAnEarlierProgramStopped() {
        stage.connect()
                .join("r", JoinOptions.none().since(new Position("e", 4, "m4")))
                .onMessage(this::hear);
        Stage.Socket socket = stage.welcome();
        assertThat(socket.heard("join").get("since")).isEqualTo(Stage.place(4));
        stage.resumed("r", 6);
        stage.messages("r", 5, 7);
        assertThat(heard).containsExactly(5L, 6L, 7L);
    }

    @Test
    void messageIsReadAsItWasSent() {
        List<Message> messages = new ArrayList<>();
        stage.connect().join("r").onMessage(messages::add);
        stage.welcome();
        stage.joined("r", 1);
        stage.messages("r", 2, 2);
        Message message = messages.get(0);
        assertThat(message.user()).isEqualTo("bob");
        assertThat(message.at()).hasToString("2026-01-01T00:00:00Z");
        assertThat(message.event()).isEmpty();
        assertThat(message.data().as(String.class)).isEqualTo("text 2");
        assertThat(message.data().raw()).isEqualTo("\"text 2\"");
    }

    @Test
    void messagesBeforeTheFirstListenerAreKeptForIt() {
        Room room = stage.connect().join("r");
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 1);
        stage.messages("r", 2, 3);
        room.onMessage(this::hear);
        assertThat(socket.heard("join").get("since")).isEqualTo(Stage.place(1));
        stage.resumed("r", 3);
        stage.messages("r", 2, 4);
        assertThat(heard).containsExactly(2L, 3L, 4L);
    }

    @Test
    void roomThatNobodyListensToDoesNotFallBehind() {
        Room room = stage.connect().join("r");
        stage.welcome();
        stage.joined("r", 1);
        stage.messages("r", 2, 150);
        assertThat(room.position().orElseThrow().seq()).isEqualTo(150);
    }

    @Test
    void gapIsClosedByJoiningAgain() {
        stage.connect().join("r").onMessage(this::hear);
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 1);
        stage.messages("r", 2, 2);
        socket.tell(Map.of("type", "gap", "room", "r"));
        stage.messages("r", 9, 9);
        assertThat(socket.heard("join").get("since")).isEqualTo(Stage.place(2));
        stage.resumed("r", 9);
        stage.messages("r", 3, 9);
        assertThat(heard).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void whatIsLostIsSaidAndDeliveryGoesOnFromTheNewPlace() {
        List<Room.Gap> gaps = new ArrayList<>();
        stage.connect().join("r").onMessage(this::hear).onGap(gaps::add);
        stage.welcome();
        stage.joined("r", 50);
        stage.loseAndComeBack();
        stage.joined("r", Stage.place(2, "f"), "lost", "epoch");
        stage.messages("r", 3, 3);
        Stage.Socket third = stage.loseAndComeBack();
        assertThat(third.heard("join").get("since")).isEqualTo(Stage.place(3, "f"));
        assertThat(heard).containsExactly(3L);
        Room.Gap gap = gaps.get(0);
        assertThat(gap.reason()).isEqualTo("epoch");
        assertThat(gap.before()).contains(new Position("e", 50, "m50"));
        assertThat(gap.now()).isEqualTo(new Position("f", 2, "m2"));
    }

    @Test
    void refusedRoomFailsWhatItWasAskedAndIsTriedOverTheNextConnection() {
        Room room = stage.connect().join("r");
        CompletableFuture<?> sent = room.send("one");
        Stage.Socket first = stage.welcome();
        stage.refuse(first.heard("join"), "forbidden", false);
        assertThat(room.state().name()).isEqualTo(Name.REFUSED);
        assertThat(room.state().error().orElseThrow().code()).isEqualTo("forbidden");
        assertThat(Stage.outcome(sent)).isEqualTo("forbidden");
        stage.loseAndComeBack();
        stage.joined("r", 0);
        assertThat(room.state().name()).isEqualTo(Name.JOINED);
    }

    @Test
    void whoLearnsOfAFailureFindsTheStateThatGoesWithIt() {
        ParleyClient client = stage.connect();
        Stage.Socket socket = stage.welcome();
        Room refused = client.join("r");
        CompletableFuture<Name> atRefusal = stateAtFailure(refused);
        stage.refuse(socket.heard("join"), "forbidden", false);
        Room left = client.join("s");
        CompletableFuture<Name> atLeave = stateAtFailure(left);
        left.leave();
        CompletableFuture<ParleyClient.State.Name> atEnd = client.join("t")
                .send("x")
                .handle((ack, failure) -> client.state().name());
        client.close();
        assertThat(atRefusal).isCompletedWithValue(Name.REFUSED);
        assertThat(atLeave).isCompletedWithValue(Name.LEFT);
        assertThat(atEnd).isCompletedWithValue(ParleyClient.State.Name.CLOSED);
    }

    private static CompletableFuture<Name> stateAtFailure(Room room) {
        return room.send("x").handle((ack, failure) -> room.state().name());
    }

    @Test
    void joinThatIsRefusedForAWhileIsRepeated() {
        Room room = stage.connect().join("r");
        Stage.Socket socket = stage.welcome();
        stage.refuse(socket.heard("join"), "rate-limited", true, 1_500);
        stage.time.pass(1_400);
        assertThat(socket.count("join")).isEqualTo(1);
        stage.time.pass(200);
        stage.refuse(socket.heard("join"), "unavailable", true);
        stage.time.pass(2_000);
        stage.joined("r", 0);
        assertThat(socket.count("join")).isEqualTo(3);
        assertThat(room.state().name()).isEqualTo(Name.JOINED);
    }

    @Test
    void whoIsTakenOutOfARoomIsRefusedThereUntilTheNextConnection() {
        Room room = stage.connect().join("r");
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 1);
        CompletableFuture<?> waiting = room.send("one");
        socket.tell(Map.of("type", "left", "room", "r", "reason", "removed"));
        assertThat(List.of(Stage.outcome(waiting), Stage.outcome(room.send("two")), Stage.outcome(room.history(1))))
                .containsOnly("removed");
        assertThat(room.state().name()).isEqualTo(Name.REFUSED);
        stage.loseAndComeBack();
        stage.joined("r", 1);
        assertThat(room.state().name()).isEqualTo(Name.JOINED);
    }

    @Test
    void historySurvivesALossAndAnErrorThatPasses() {
        Room room = stage.connect().join("r");
        CompletableFuture<Room.History> history = room.history(9, 20);
        stage.welcome();
        stage.joined("r", 9);
        Stage.Socket second = stage.loseAndComeBack();
        stage.resumed("r", 9);
        stage.refuse(second.heard("history"), "unavailable", true);
        stage.time.pass(2_000);
        Map<?, ?> asked = second.heard("history");
        assertThat(asked.get("before")).isEqualTo(9L);
        assertThat(asked.get("limit")).isEqualTo(20L);
        second.tell(Map.of(
                "id",
                asked.get("id"),
                "type",
                "history",
                "room",
                "r",
                "messages",
                List.of(Stage.message("r", 7), Map.of("type", "erased", "room", "r", "seq", 8, "message", "m8")),
                "more",
                true));
        assertThat(history.join().hasMore()).isTrue();
        assertThat(history.join().messages())
                .extracting(message -> message.position().seq())
                .containsExactly(7L);
    }

    @Test
    void inboxIsThereWithoutAJoinAndIsResumed() {
        ParleyClient client = stage.connect();
        Room inbox = client.inbox().onMessage(this::hear);
        Stage.Socket first = stage.welcome(Map.of("inbox", "~ann"));
        first.tell(Map.of("type", "joined", "room", "~ann", "position", Stage.place(3), "resume", "none"));
        first.tell(Stage.message("~ann", 4));
        first.tell(Stage.message("~bob", 5));
        assertThat(first.count("join")).isZero();
        CompletableFuture<?> history = inbox.history(5);
        assertThat(first.heard("history").get("room")).isEqualTo("~ann");
        stage.lose(1006);
        stage.nextAttempt();
        Stage.Socket second = stage.welcome(Map.of("inbox", "~ann"));
        second.tell(Map.of("type", "joined", "room", "~ann", "position", Stage.place(6), "resume", "none"));
        second.tell(Stage.message("~ann", 7));
        assertThat(second.heard("join").get("since")).isEqualTo(Stage.place(4));
        stage.resumed("~ann", 7);
        stage.messages("~ann", 5, 7);
        assertThat(heard).containsExactly(4L, 5L, 6L, 7L);
        assertThat(Stage.outcome(history)).isEqualTo("open");
        client.close();
        assertThat(Stage.outcome(history)).isEqualTo("closed");
        assertThatThrownBy(inbox::leave).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whoHasNoInboxJoinsNothing() {
        ParleyClient client = stage.connect();
        CompletableFuture<?> history = client.inbox().history(1);
        Stage.Socket socket = stage.welcome();
        assertThat(socket.count("join") + socket.count("history")).isZero();
        assertThat(client.inbox().state().name()).isEqualTo(Name.JOINING);
        client.close();
        assertThat(Stage.outcome(history)).isEqualTo("closed");
    }

    @Test
    void presenceTellsWhoCameAndWentOverALossToo() {
        stage.connect()
                .join("r", JoinOptions.none().presence())
                .onPresence(
                        presence -> heard.add(new TreeSet<>(presence.members().keySet()) + " " + presence.joined() + " "
                                + presence.left() + " " + presence.count()));
        Stage.Socket first = stage.welcome();
        stage.joined("r", 0);
        assertThat(first.heard("join").get("presence")).isEqualTo(true);
        first.tell(members("ann", "bob"));
        first.tell(Map.of("type", "presence", "room", "r", "joined", List.of("carol"), "left", List.of("bob")));
        Stage.Socket second = stage.loseAndComeBack();
        stage.resumed("r", 0);
        second.tell(members("ann", "dan"));
        second.tell(Map.of("type", "members", "room", "r", "count", 501));
        assertThat(heard)
                .containsExactly(
                        "[ann, bob] [] [] 2",
                        "[ann, carol] [carol] [bob] 2",
                        "[ann, dan] [dan] [carol] 2",
                        "[] [] [] 501");
    }

    @Test
    void whatIsHeardWhileTheExecutorIsFullIsToldAfterwardsAndInOrder() {
        AtomicBoolean isFull = new AtomicBoolean();
        stage.executor = task -> {
            if (isFull.get()) {
                throw new RejectedExecutionException();
            }
            task.run();
        };
        Room room = stage.connect().join("r").onMessage(this::hear);
        stage.welcome();
        stage.joined("r", 1);
        isFull.set(true);
        stage.messages("r", 2, 9);
        CompletableFuture<Room.History> asked = room.history(3);
        assertThat(heard).isEmpty();
        stage.last()
                .tell(Map.of(
                        "id",
                        stage.last().heard("history").get("id"),
                        "type",
                        "history",
                        "room",
                        "r",
                        "messages",
                        List.of()));
        stage.time.pass(1_000);
        assertThat(asked).isNotDone();
        isFull.set(false);
        stage.time.pass(1_000);
        assertThat(asked).isDone();
        stage.messages("r", 10, 10);
        assertThat(heard).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    @Test
    void halfACharacterIsSentAsJsonCan() {
        Room room = stage.connect().join("r");
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 1);
        CompletableFuture<Room.Ack> unused = room.send("cut \ud83d, whole \ud83d\ude00");
        assertThat(socket.texts.get(socket.texts.size() - 1)).contains("\"cut \\ud83d, whole \ud83d\ude00\"");
        assertThat(socket.heard("send").get("data")).isEqualTo("cut \ud83d, whole \ud83d\ude00");
    }

    @Test
    void theNewestPresenceIsToldThoughTheRoomWasLeftOutWhileItWaited() {
        stage.limits = Map.of("rooms", 64, "messagesPerSecond", 1);
        Room room = stage.connect().join("r", JoinOptions.none().presence());
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 1);
        IntStream.range(0, 4).forEach(i -> {
            CompletableFuture<Room.Ack> unused = room.send(i);
        });
        room.present("1");
        socket.tell(Map.of("type", "gap", "room", "r"));
        stage.time.pass(200); // it is asked to be let in again, with that
        room.present("2");
        stage.time.pass(10_000);
        stage.joined("r", 5);
        stage.time.pass(10_000);
        assertThat(socket.all("presence"))
                .last()
                .extracting(frame -> frame.get("data"))
                .isEqualTo("2");
    }

    @Test
    void presenceThatIsTooLongIsRefusedAtOnceAndNotKept() {
        Room room = stage.connect().join("r", JoinOptions.none().presence("short"));
        stage.welcome();
        stage.joined("r", 1);
        assertThatThrownBy(() -> room.present("é".repeat(512)))
                .isInstanceOf(ParleyClientException.class)
                .hasMessage("too long by 2 bytes");
        assertThat(stage.loseAndComeBack().heard("join").get("presence")).isEqualTo(Map.of("data", "short"));
    }

    @Test
    void presenceCarriesWhatMembersSayAboutThemselves() {
        List<Room.Presence> told = new ArrayList<>();
        Room room = stage.connect()
                .join("r", JoinOptions.none().presence(Map.of("status", "here")))
                .onPresence(told::add);
        Stage.Socket first = stage.welcome();
        stage.joined("r", 0);
        assertThat(first.heard("join").get("presence")).isEqualTo(Map.of("data", Map.of("status", "here")));
        first.tell(Map.of(
                "type", "members",
                "room", "r",
                "members", List.of(Map.of("user", "bob", "connections", 2, "data", "busy"))));
        first.tell(Map.of(
                "type", "presence",
                "room", "r",
                "joined", List.of("carol"),
                "left", List.of(),
                "changed", List.of(Map.of("user", "carol", "data", "idle"), Map.of("user", "bob", "data", "free"))));
        assertThat(told.get(0).members().get("bob").data().orElseThrow().raw()).isEqualTo("\"busy\"");
        assertThat(told.get(1).changed()).containsExactly("carol", "bob");
        assertThat(room.members().get("bob").connections()).isEqualTo(2);
        assertThat(room.members().get("carol").data().orElseThrow().as(String.class))
                .isEqualTo("idle");

        room.present(Map.of("status", "away"));
        assertThat(first.heard("presence").get("data")).isEqualTo(Map.of("status", "away"));
        assertThat(stage.loseAndComeBack().heard("join").get("presence"))
                .isEqualTo(Map.of("data", Map.of("status", "away")));
    }

    @Test
    void membersOfABigRoomComeInPages() {
        Room room = stage.connect().join("r");
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 0);
        CompletableFuture<Room.Page> page = room.members("bob", 2);
        Map<?, ?> asked = socket.heard("members");
        assertThat(asked.get("after")).isEqualTo("bob");
        socket.tell(Map.of(
                "id",
                asked.get("id"),
                "type",
                "members",
                "room",
                "r",
                "members",
                List.of(Map.of("user", "zoe", "connections", 1), Map.of("user", "eve", "connections", 1)),
                "count",
                900,
                "more",
                true));
        assertThat(page.join().count()).isEqualTo(900);
        assertThat(page.join().hasMore()).isTrue();
        assertThat(page.join().members()).extracting(Member::user).containsExactly("zoe", "eve");
        assertThat(room.members()).isEmpty();
    }

    @Test
    void signalsAreSaidAndHeardAndNeverWaitForAConnection() {
        Room room = stage.connect()
                .join("r")
                .onSignal(signal -> heard.add(signal.user() + signal.data().raw()));
        room.signal("early");
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 0);
        room.signal(Map.of("typing", true));
        socket.tell(Map.of(
                "type", "signal", "room", "r", "from", Map.of("user", "bob", "connection", "c9"), "data", List.of(1)));
        assertThat(socket.count("signal")).isEqualTo(1);
        assertThat(socket.heard("signal").get("data")).isEqualTo(Map.of("typing", true));
        for (int i = 0; i < 500; i++) {
            room.signal(i);
        }
        assertThat(socket.count("signal")).as("what is too much is dropped").isBetween(30, 50);
        assertThat(heard).containsExactly("bob[1]");
    }

    @Test
    void erasureHasItsPlaceInTheOrder() {
        Room room = stage.connect()
                .join("r")
                .onMessage(this::hear)
                .onErased(erased -> heard.add("erased " + erased.seq() + " " + erased.message()));
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 1);
        stage.messages("r", 2, 2);
        socket.tell(Map.of(
                "type", "erased",
                "room", "r",
                "seq", 3,
                "message", "m3",
                "at", "2026-01-01T00:00:00Z",
                "erased", Map.of("seq", 2, "message", "m2")));
        socket.tell(Map.of("type", "erased", "room", "r", "seq", 4, "message", "m4", "at", "2026-01-01T00:00:00Z"));
        stage.messages("r", 4, 5);
        assertThat(heard).containsExactly(2L, "erased 2 m2", "erased 4 m4", 5L);
        assertThat(room.position().orElseThrow().seq()).isEqualTo(5);
    }

    @Test
    void ownMessagesAreKnownOverConnections() {
        stage.connect().join("r").onMessage(message -> heard.add(message.isOwn()));
        stage.welcome();
        stage.joined("r", 0);
        stage.last().tell(Stage.message("r", 1, "c1"));
        Stage.Socket second = stage.loseAndComeBack();
        stage.resumed("r", 3);
        second.tell(Stage.message("r", 2, "c1"));
        second.tell(Stage.message("r", 3, "c9"));
        assertThat(heard).containsExactly(true, true, false);
    }

    @Test
    void listenerThatFailsDisturbsNobody() {
        List<Throwable> reported = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((where, failure) -> reported.add(failure));
        try {
            Room room = stage.connect().join("r");
            room.onMessage(message -> {
                throw new AssertionError("listener");
            });
            room.onMessage(this::hear);
            stage.welcome();
            stage.joined("r", 0);
            stage.messages("r", 1, 2);
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
        assertThat(heard).containsExactly(1L, 2L);
        assertThat(reported).hasSize(2);
    }

    @Test
    void leavingAndClosingFailWhatWasNotSent() {
        ParleyClient client = stage.connect();
        Room one = client.join("r");
        Room other = client.join("s");
        Stage.Socket socket = stage.welcome();
        stage.joined("s", 0);
        CompletableFuture<?> first = one.send("x");
        one.leave();
        assertThat(Stage.outcome(first)).isEqualTo("left");
        assertThat(one.state().name()).isEqualTo(Name.LEFT);
        assertThat(socket.heard("leave").get("room")).isEqualTo("r");
        CompletableFuture<?> second = other.send("y");
        client.close();
        assertThat(List.of(
                        Stage.outcome(second),
                        Stage.outcome(other.send("z")),
                        Stage.outcome(client.join("t").send("w"))))
                .containsOnly("closed");
    }

    @Test
    void whoClosedCanComeBack() {
        ParleyClient client = stage.connect();
        Room room = client.join("r");
        stage.welcome();
        client.close();
        client.reconnect();
        CompletableFuture<?> sent = room.send("y");
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 0);
        stage.acknowledge(1);
        assertThat(Stage.outcome(sent)).isEqualTo("done");
        assertThat(socket.count("send")).isEqualTo(1);
    }

    @Test
    void refusedLeaveIsRepeatedUnlessTheRoomIsJoinedAgain() {
        ParleyClient client = stage.connect();
        Room room = client.join("r");
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 0);
        room.leave();
        stage.refuse(socket.heard("leave"), "rate-limited", true, 1_500);
        stage.time.pass(1_600);
        assertThat(socket.count("leave")).isEqualTo(2);
        stage.refuse(socket.heard("leave"), "rate-limited", true, 1_500);
        Room again = client.join("r");
        stage.time.pass(10_000);
        stage.joined("r", 0);
        assertThat(again).isNotSameAs(room);
        assertThat(again.state().name()).isEqualTo(Name.JOINED);
        assertThat(socket.count("leave")).isEqualTo(2);
    }

    @Test
    void roomThatWasLeftBeforeItsJoinWasSentCostsNothing() {
        ParleyClient client = stage.connect();
        client.join("r").leave();
        Stage.Socket socket = stage.welcome();
        assertThat(socket.sent).hasSize(1);
    }

    /** As many as the server takes at once, then as many a second as it takes. */
    @Test
    void joinsKeepToThePaceOfTheServer() {
        stage.limits = Map.of("rooms", 64);
        ParleyClient client = stage.connect();
        Stage.Socket socket = stage.welcome();
        for (int i = 0; i < 100; i++) {
            client.join("r" + i);
        }
        assertThat(socket.count("join")).isBetween(60, 66);
        stage.time.pass(1_100);
        assertThat(socket.count("join")).isBetween(70, 76);
    }

    /** The rest stays with the server until the listeners have had what is there. */
    @Test
    void whoListensTooSlowlyHoldsABoundedNumberOfMessagesAndMissesNone() {
        Deque<Runnable> calls = new ArrayDeque<>();
        ParleyClient.Options options = new ParleyClient.Options(JsonBinding.plain(), stage, calls::add);
        ParleyClient client =
                ParleyClient.connect(URI.create("wss://example.org/rooms"), Credential.token("t"), options, stage.time);
        client.join("r").onMessage(this::hear);
        Stage.Socket socket = stage.welcome();
        stage.joined("r", 0);
        stage.messages("r", 1, 5_000);
        assertThat(client.protocol.queued()).isLessThan(1_100);
        assertThat(socket.count("join")).isEqualTo(1);
        calls.remove().run();
        long had = heard.size();
        assertThat(socket.heard("join").get("since")).isEqualTo(Stage.place(had));
        stage.resumed("r", 5_000);
        stage.messages("r", had + 1, had + 10);
        calls.remove().run();
        assertThat(heard).hasSize((int) had + 10).doesNotHaveDuplicates().isSorted();
    }

    private static Map<String, Object> members(String... users) {
        return Map.of(
                "type",
                "members",
                "room",
                "r",
                "members",
                List.of(users).stream()
                        .map(user -> Map.of("user", user, "connections", 1))
                        .toList());
    }
}
