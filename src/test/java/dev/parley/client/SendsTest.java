package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a Java client sends: as parley.js, see {@code ParleyJsIT}. */
final class SendsTest {
    private final Stage stage = new Stage();

    private Room joined() {
        Room room = stage.connect().join("r");
        stage.welcome();
        stage.joined("r", 0);
        return room;
    }

    @Test
    void oneMessageIsUnderWayAtATimeAndIsSentAgainUnderItsKey() {
        Room room = stage.connect().join("r");
        CompletableFuture<?> one = room.send("one");
        CompletableFuture<?> two = room.send("two");
        Stage.Socket first = stage.welcome();
        stage.joined("r", 0);
        assertThat(first.count("send")).isEqualTo(1);
        Object key = first.heard("send").get("key");
        Stage.Socket second = stage.loseAndComeBack();
        stage.resumed("r", 1);
        assertThat(second.heard("send").get("key")).isEqualTo(key);
        assertThat(second.heard("send").get("data")).isEqualTo("one");
        stage.acknowledge(1);
        assertThat(second.heard("send").get("data")).isEqualTo("two");
        assertThat(second.heard("send").get("key")).isNotEqualTo(key);
        stage.acknowledge(2);
        assertThat(List.of(Stage.outcome(one), Stage.outcome(two))).containsOnly("done");
    }

    @Test
    void acknowledgementSaysWhereItIsStored() {
        CompletableFuture<Room.Ack> sent = joined().send("x", "k");
        assertThat(stage.last().heard("send").get("key")).isEqualTo("k");
        stage.acknowledge(7);
        assertThat(sent.join()).isEqualTo(new Room.Ack(new Position("e", 7, "m7"), false));
    }

    @Test
    void dataIsWrittenWhenItIsSent() {
        Room room = stage.connect().join("r");
        List<Object> data = new ArrayList<>(List.of(1));
        CompletableFuture<?> unused = room.send(data);
        data.add(2);
        stage.welcome();
        stage.joined("r", 0);
        assertThat(stage.last().heard("send").get("data")).isEqualTo(List.of(1L));
        assertThatThrownBy(() -> room.send(new Object())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> room.send(Json.raw("1,\"type\":\"leave\"")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsSentTooFastIsSentLaterAndNothingOvertakesIt() {
        Room room = joined();
        List<CompletableFuture<Room.Ack>> sent = List.of(room.send("one"), room.send("two"));
        Stage.Socket socket = stage.last();
        stage.refuse(socket.heard("send"), "rate-limited", true, 1_500);
        stage.time.pass(1_400);
        assertThat(socket.count("send")).isEqualTo(1);
        stage.time.pass(200);
        assertThat(socket.heard("send").get("data")).isEqualTo("one");
        stage.acknowledge(1);
        stage.acknowledge(2);
        assertThat(socket.count("send")).isEqualTo(3);
        assertThat(sent).extracting(Stage::outcome).containsOnly("done");
    }

    @Test
    void itKeepsToThePaceOfTheServerByItself() {
        stage.limits = Map.of("messagesPerSecond", 10);
        Room room = joined();
        Stage.Socket socket = stage.last();
        send(room, 40, 1);
        for (int second = 0, answered = 0; second < 4; second++) {
            for (int ms = 0; ms < 1_000; ms += 10) {
                for (; answered < socket.count("send"); answered++) {
                    stage.acknowledge(answered + 1);
                }
                stage.time.pass(10);
            }
            assertThat(socket.count("send")).isBetween(8 * second, 10 * (second + 2));
        }
        assertThat(socket.count("send")).isEqualTo(40);
    }

    @Test
    void whatAPolicyRejectsFailsWithTheReasonAndHoldsNothingUp() {
        Room room = joined();
        CompletableFuture<?> one = room.send("one");
        CompletableFuture<?> two = room.send("two");
        Stage.Socket socket = stage.last();
        socket.tell(Map.of(
                "id", socket.heard("send").get("id"),
                "type", "error",
                "code", "rejected",
                "retry", false,
                "reason", "rude",
                "message", "mind your words"));
        stage.acknowledge(1);
        assertThat(one)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(ParleyClientException.class, error -> {
                    assertThat(error.code()).isEqualTo("rejected");
                    assertThat(error.reason()).contains("rude");
                    assertThat(error.mayRetry()).isFalse();
                    assertThat(error).hasMessage("mind your words");
                });
        assertThat(Stage.outcome(two)).isEqualTo("done");
    }

    @Test
    void messageIsNotSentAgainWhenItsKeyMayBeForgotten() {
        Room room = joined();
        CompletableFuture<?> tried = room.send("one");
        CompletableFuture<?> waiting = room.send("two");
        stage.lose(1006);
        stage.time.pass(400_000);
        stage.nextAttempt();
        Stage.Socket socket = stage.welcome();
        stage.resumed("r", 0);
        assertThat(Stage.outcome(tried)).isEqualTo("uncertain");
        assertThat(Stage.outcome(waiting)).isEqualTo("open");
        assertThat(socket.heard("send").get("data")).isEqualTo("two");
    }

    @Test
    void frameThatIsTooBigIsNotSent() {
        stage.limits = Map.of("messageBytes", 200);
        Room room = joined();
        for (String text : List.of("x".repeat(190), "\n".repeat(80), "€".repeat(50))) {
            assertThat(Stage.outcome(room.send(text, "k"))).isEqualTo("too-big");
        }
        assertThat(stage.last().count("send")).isZero();
        CompletableFuture<?> fits = room.send("x".repeat(20), "k");
        stage.acknowledge(1);
        assertThat(Stage.outcome(fits)).isEqualTo("done");
    }

    @Test
    void messagesThatWaitAreBounded() {
        Room room = stage.connect().join("r");
        send(room, 10_000, 1);
        assertThat(Stage.outcome(room.send("one more"))).isEqualTo("overloaded");
    }

    @Test
    void severalAreUnderWayWhereTheServerKeepsTheirOrder() {
        stage.features = List.of("after");
        Room room = joined();
        Stage.Socket socket = stage.last();
        List<CompletableFuture<Room.Ack>> sent = IntStream.range(0, 100)
                .mapToObj(i -> room.send("d" + i, "k" + i))
                .toList();
        List<Map<?, ?>> frames = socket.all("send");
        assertThat(frames).hasSize(64);
        assertThat(frames.get(0).containsKey("after")).isFalse();
        assertThat(frames.get(63).get("after")).isEqualTo("k62");
        stage.acknowledge(frames.get(0), 1);
        assertThat(socket.all("send")).hasSize(65);
        for (int i = 1; i < 100; i++) {
            stage.acknowledge(socket.all("send").get(i), i + 1);
        }
        assertThat(sent).extracting(Stage::outcome).containsOnly("done");
        CompletableFuture<Room.Ack> unused = room.send("later", "k");
        assertThat(socket.heard("send").containsKey("after")).isFalse();
    }

    @Test
    void whatIsTooLongToNameAnotherGoesAlone() {
        stage.features = List.of("after");
        stage.limits = Map.of("messageBytes", 2_000);
        Room room = joined();
        List<CompletableFuture<Room.Ack>> sent =
                List.of(room.send("a", "a"), room.send("x".repeat(1_900), "b"), room.send("c", "c"));
        Stage.Socket socket = stage.last();
        assertThat(socket.count("send")).isEqualTo(1);
        stage.acknowledge(1);
        assertThat(keys(socket.all("send"))).containsExactly("a", "b", "c");
        assertThat(socket.all("send").get(1).containsKey("after")).isFalse();
        stage.acknowledge(socket.all("send").get(1), 2);
        stage.acknowledge(3);
        assertThat(sent).extracting(Stage::outcome).containsOnly("done");
    }

    @Test
    void windowHoldsABoundedNumberOfCharacters() {
        stage.features = List.of("after");
        Room room = joined();
        send(room, 10, 60_000);
        assertThat(stage.last().count("send")).isEqualTo(4);
    }

    @Test
    void whatIsOutOfOrderGoesAgainBehindWhatItFollows() {
        stage.features = List.of("after");
        Room room = joined();
        Stage.Socket socket = stage.last();
        List<CompletableFuture<Room.Ack>> sent = List.of(room.send("a", "a"), room.send("b", "b"), room.send("c", "c"));
        List<Map<?, ?>> first = socket.all("send");
        stage.refuse(first.get(0), "rate-limited", true, 1_000);
        stage.refuse(first.get(1), "out-of-order", true);
        stage.time.pass(5_000);
        assertThat(socket.count("send"))
                .as("nothing while one behind it is on its way")
                .isEqualTo(3);
        stage.refuse(first.get(2), "out-of-order", true);
        List<Map<?, ?>> again = socket.all("send").subList(3, 6);
        assertThat(again.get(0).containsKey("after")).isFalse();
        assertThat(keys(again)).containsExactly("a", "b", "c");
        assertThat(again.get(1).get("after")).isEqualTo("a");
        for (int i = 0; i < 3; i++) {
            stage.acknowledge(again.get(i), i + 1);
        }
        assertThat(sent).extracting(Stage::outcome).containsOnly("done");
    }

    @Test
    void whatFollowsARejectedMessageGoesAgainWithoutIt() {
        stage.features = List.of("after");
        Room room = joined();
        Stage.Socket socket = stage.last();
        List<CompletableFuture<Room.Ack>> sent = List.of(room.send("a", "a"), room.send("b", "b"));
        List<Map<?, ?>> first = socket.all("send");
        stage.refuse(first.get(0), "rejected", false);
        stage.refuse(first.get(1), "out-of-order", true);
        assertThat(socket.heard("send").get("key")).isEqualTo("b");
        assertThat(socket.heard("send").containsKey("after")).isFalse();
        stage.acknowledge(1);
        assertThat(sent).extracting(Stage::outcome).containsExactly("rejected", "done");
    }

    @Test
    void afterALossTheWholeWindowGoesAgainInItsOrder() {
        stage.features = List.of("after");
        Room room = joined();
        for (int i = 0; i < 3; i++) {
            CompletableFuture<?> unused = room.send("d" + i, "k" + i);
        }
        stage.acknowledge(stage.last().all("send").get(0), 1);
        Stage.Socket second = stage.loseAndComeBack();
        stage.resumed("r", 1);
        assertThat(keys(second.all("send"))).containsExactly("k1", "k2");
        assertThat(second.all("send").get(0).containsKey("after")).isFalse();
    }

    private static void send(Room room, int messages, int length) {
        for (int i = 0; i < messages; i++) {
            CompletableFuture<?> unused = room.send("x".repeat(length));
        }
    }

    private static List<Object> keys(List<Map<?, ?>> frames) {
        return frames.stream().<Object>map(frame -> frame.get("key")).toList();
    }
}
