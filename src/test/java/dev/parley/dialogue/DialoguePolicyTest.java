package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Action;
import dev.parley.Json;
import dev.parley.Verdict;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualClock;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Client.Message;
import dev.parley.handshake.Credential;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Inbound;
import dev.parley.room.GuideWindow;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DialoguePolicyTest {
    private static final Limits LIMITS = new Limits(65_536, 1_000_000, 1_000_000_000, 100, 100, false);
    private static final RoomId NEWS = new RoomId("news");

    private final Workers workers = new Workers();
    private final Budget budget = new Budget(Long.MAX_VALUE);
    private final Rooms rooms = new Rooms(
            new MemoryBackplane(1_000, Clock.systemUTC(), budget),
            workers,
            1_000,
            id -> Overflow.CLOSE,
            budget,
            1_000_000);
    private final ManualClock clock = new ManualClock();
    private final ScriptedPolicy news = new ScriptedPolicy("news");
    private final ScriptedPolicy other = new ScriptedPolicy("o-{name}");
    private volatile RoomRules rules = RoomRules.parse(List.of("lobby all everyone"));
    private final Policies policies = new Policies(
            List.of(news, other), () -> rules, Duration.ZERO, Threads.factory("policy"), workers.fanOut(), clock);
    private final Dialogues dialogues = new Dialogues(rooms, null, policies, LIMITS, Duration.ofSeconds(20), clock);

    @AfterEach
    void stop() {
        news.goOn();
        other.goOn();
        policies.close();
        workers.close();
    }

    private Client client(String user) {
        Peer peer = new Peer(workers, clock, 100_000);
        Client client = new Client(
                peer,
                dialogues.open(peer.connection(), Optional.of(Credential.of(user)), Optional.empty(), renewed -> true));
        client.hears("welcome");
        return client;
    }

    @Test
    void whatComesWhileAPolicyIsAskedWaitsInItsOrderAndHoldsUpNobodyElse() {
        Client bob = client("bob");
        Client alice = client("alice");
        bob.joins("lobby");
        alice.joins("lobby");
        news.hang();
        alice.says("{'id':7,'type':'join','room':'news'}");
        alice.says("{'type':'send','room':'lobby','key':'a','data':1}");
        alice.says("{'type':'send','room':'lobby','key':'b','data':2}");
        alice.says("{'id':8,'type':'leave','room':'lobby'}");
        alice.says("{'type':'pong'}");
        until(() -> news.underWay.get() == 1);

        bob.joins("o-1");
        assertThat(bob.asks("'type':'history','room':'o-1'").type()).isEqualTo("history");
        clock.advance(Duration.ofSeconds(19));
        dialogues.lookAfterAll();
        bob.hears("ping");
        alice.hears("ping");
        assertThat(alice.unheard()).isZero();
        assertThat(alice.asks("'type':'refresh','token':'alice'").string("code"))
                .isEqualTo("bad-credential");
        news.goOn();

        assertThat(bob.hears("message").field("data")).isEqualTo("1");
        assertThat(bob.hears("message").field("data")).isEqualTo("2");
        alice.peer().awaitLine("{\"id\":8,\"type\":\"left\",\"room\":\"lobby\"}");
        until(() -> alice.peer().lines().stream().anyMatch(line -> line.startsWith("{\"id\":7,\"type\":\"joined\"")));
    }

    @Test
    void whoJoinsManyRoomsLeavesAPolicyTimeForOthers() {
        Client alice = client("alice");
        other.hang();
        String each = IntStream.range(0, 100)
                .mapToObj(i -> "{'room':'o-" + i + "','presence':true,'since':{'epoch':'e','seq':1,'message':'m'}}")
                .collect(Collectors.joining(","));
        alice.says("{'id':7,'type':'join','rooms':[" + each + "]}");
        until(() -> other.underWay.get() == PolicyRunner.THREADS);
        assertThat(policies.waiting()).isLessThanOrEqualTo(24);

        Client bob = client("bob");
        bob.says("{'id':8,'type':'join','room':'o-mine'}");
        other.goOn();
        until(() -> bob.peer().lines().stream().anyMatch(line -> line.startsWith("{\"id\":8,\"type\":\"joined\"")));
        until(() -> alice.peer().lines().stream()
                        .filter(line -> line.startsWith("{\"id\":7,\"type\":\"joined\""))
                        .count()
                == 100);
        assertThat(other.asked.indexOf("bob JOIN o-mine")).isLessThan(40);
    }

    @Test
    void whatIsSaidWithoutAConnectionIsNoConnectionOfItsUser() {
        Credential ann = Credential.of("ann");
        Dialogues narrow = new Dialogues(
                rooms, null, policies, new Limits(65_536, 100, 100_000, 10, 1, false), Duration.ofSeconds(20), clock);
        Peer connected = new Peer(workers, clock, 100_000);
        Client unused = new Client(
                connected, narrow.open(connected.connection(), Optional.of(ann), Optional.empty(), renewed -> true));
        Peer peer = new Peer(workers, clock, 100_000);

        narrow.say(
                peer.connection(),
                Optional.of(ann),
                new RoomId("lobby"),
                Inbound.parse("{\"id\":1,\"type\":\"send\",\"room\":\"lobby\",\"key\":\"k\",\"data\":1}"),
                60,
                renewed -> true);

        until(() -> peer.lines().stream().anyMatch(line -> line.startsWith("{\"id\":1,\"type\":\"ack\"")));
    }

    @Test
    void whoListensIsInAllItsRoomsHoweverLongAPolicyTakes() {
        other.hang();
        Peer peer = new Peer(workers, clock, 100_000);
        List<RoomId> many =
                IntStream.range(0, 80).mapToObj(i -> new RoomId("o-" + i)).toList();

        dialogues.listen(peer.connection(), Optional.of(Credential.of("ann")), many, Map.of(), true, renewed -> true);
        until(() -> other.underWay.get() > 0);
        other.goOn();

        until(() -> peer.lines().stream()
                        .filter(line -> line.contains("\"type\":\"joined\""))
                        .count()
                == many.size());
        assertThat(peer.lines()).noneMatch(line -> line.contains("overloaded"));
    }

    @Test
    void anAnswerThatDoesNotComeIsAnErrorThatMayBeTriedAgain() {
        Client alice = client("alice");
        alice.joins("news");
        news.hang();
        alice.says("{'id':7,'type':'send','room':'news','key':'a','data':1}");
        until(() -> news.underWay.get() == 1);

        clock.advance(PolicyRunner.PATIENCE);
        policies.look();

        Message refused = alice.hears("error");
        assertThat(refused.field("id")).isEqualTo("7");
        assertThat(refused.string("code")).isEqualTo("overloaded");
        assertThat(refused.field("retry")).isEqualTo("true");
        assertThat(refused.field("after")).isEqualTo("1000");
    }

    /** Besides rooms and their logs. */
    private long held() {
        return budget.used() - budget.usedBy().get("rooms") - budget.usedBy().get("log");
    }

    @Test
    void manySendsWhileAPolicyHangsAreBoundedAndLetGo() {
        Client alice = client("alice");
        alice.joins("news");
        long before = held();
        news.hang();
        String send = ",'type':'send','room':'news','key':'a','data':'" + "x".repeat(10_000) + "'}";

        for (int i = 0; i < 10_000; i++) {
            alice.says("{'id':" + i + send);
        }

        assertThat(held() - before).isBetween(100_000L, 600_000L);
        assertThat(alice.peer().connection().held()).isBetween(100_000L, 600_000L);
        Message refused = alice.hears("error");
        assertThat(refused.string("code")).isEqualTo("overloaded");
        assertThat(refused.field("retry")).isEqualTo("true");
        assertThat(alice.peer().connection().isLive()).isTrue();
        alice.peer().connection().gone();
        assertThat(held() - before).isLessThan(50_000);
        news.goOn();
        until(() -> held() <= before);
    }

    @Test
    void whatIsRejectedIsToldToItsAuthorAloneAndHoldsNothingUp() {
        Client alice = client("alice");
        Client bob = client("bob");
        alice.joins("news");
        bob.joins("news");
        news.verdict = data -> data.raw().contains("damn")
                ? Verdict.reject("rude", "mind your words")
                : data.raw().contains("1") ? Verdict.change(Json.raw("{\"changed\":true}")) : Verdict.accept();

        alice.says("{'id':1,'type':'send','room':'news','key':'a','data':'damn'}");
        alice.says("{'id':2,'type':'send','room':'news','key':'b','data':1}");
        alice.says("{'id':3,'type':'send','room':'news','key':'c','data':2}");

        assertThat(alice.hears("error").text())
                .isEqualTo("{\"id\":1,\"type\":\"error\",\"code\":\"rejected\",\"retry\":false,\"reason\":\"rude\","
                        + "\"message\":\"mind your words\"}");
        assertThat(bob.hears("message").field("data")).isEqualTo("{\"changed\":true}");
        assertThat(bob.hears("message").field("data")).isEqualTo("2");
        assertThat(bob.unheard()).isZero();
        assertThat(news.asked).contains("alice says \"damn\"", "alice says 1", "alice says 2");
    }

    @Test
    void whatAPolicyMakesTooLongIsRejected() {
        Client alice = client("alice");
        alice.joins("news");
        news.verdict = data -> Verdict.change(Json.raw("\"" + "x".repeat(LIMITS.messageBytes()) + "\""));

        assertThat(alice.asks("'type':'send','room':'news','key':'a','data':1").string("reason"))
                .isEqualTo("too-big");
    }

    @Test
    void whoHasLostTheRightIsTakenOutWhenTheRoomIsRechecked() {
        Client alice = client("alice");
        Client bob = client("bob");
        alice.joins("news");
        bob.joins("o-1");
        news.denied.add(Action.JOIN);
        other.denied.add(Action.JOIN);

        dialogues.recheck(NEWS);

        assertThat(alice.hears("left").text())
                .isEqualTo("{\"type\":\"left\",\"room\":\"news\",\"reason\":\"forbidden\"}");
        assertThat(alice.asks("'type':'send','room':'news','key':'a','data':1").string("code"))
                .isEqualTo("not-joined");
        bob.says("{'id':9,'type':'send','room':'o-1','key':'a','data':1}");
        assertThat(List.of(bob.hears().type(), bob.hears().type())).containsExactlyInAnyOrder("message", "ack");
    }

    @Test
    void manyAreRecheckedEachAndWhereThePolicyDoesNotAnswerAskedAgain() {
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            Client client = client("user" + i % 50);
            client.joins("news");
            all.add(client);
        }
        news.denied.add(Action.JOIN);
        news.hang();

        dialogues.recheck(NEWS);
        until(() -> news.underWay.get() > 1); // users with several connections are asked about once
        clock.advance(PolicyRunner.PATIENCE);
        policies.look();
        news.goOn();

        until(() -> {
            dialogues.lookAfterAll();
            return rooms.count() == 0;
        });
        for (Client client : all) {
            assertThat(client.peer().awaitLine("{\"type\":\"left\",\"room\":\"news\",\"reason\":\"forbidden\"}"))
                    .isNotEmpty();
        }
    }

    @Test
    void aUserIsTakenOutOfARoomOnAllConnections() {
        Client alice = client("alice");
        Client again = client("alice");
        Client bob = client("bob");
        alice.joins("news");
        again.joins("news");
        bob.joins("news");
        alice.joins("lobby");
        Peer text = text("7", "lobby");
        text.awaitLine("You wrote: here");
        alice.hears("message");

        dialogues.remove("alice", NEWS);
        dialogues.remove("7", new RoomId("lobby"));

        Client.Message first = alice.hears(); // the two rooms have no order between them
        Client.Message second = alice.hears();
        boolean isLeftFirst = first.type().equals("left");
        assertThat((isLeftFirst ? first : second).string("reason")).isEqualTo("removed");
        assertThat((isLeftFirst ? second : first).string("event")).isEqualTo("left");
        assertThat(again.hears("left").string("reason")).isEqualTo("removed");
        assertThat(text.awaitClose()).isEqualTo(CloseCode.REMOVED);
        assertThat(bob.unheard()).isZero();
        alice.joins("news");
    }

    @Test
    void newRulesTakeOutWhoHasLostTheRight() {
        Client alice = client("alice");
        Peer text = text("7", "lobby");
        text.awaitLine("You wrote: here");
        alice.joins("lobby");
        rules = RoomRules.parse(List.of("lobby all user:bob"));

        policies.changed();

        assertThat(alice.hears("left").string("reason")).isEqualTo("forbidden");
        assertThat(text.awaitClose()).isEqualTo(CloseCode.POLICY);
    }

    @Test
    void aTextClientWaitsForThePolicyAndIsToldWhatIsRejected() {
        news.hang();
        news.verdict = data -> data.raw().contains("damn")
                ? Verdict.reject("rude", "mind your words")
                : data.raw().equals("\"1\"") ? Verdict.change(Json.raw("\"one\"")) : Verdict.accept();
        Peer peer = new Peer(workers);
        TextDialogue dialogue =
                new TextDialogue(policies, rooms, peer.connection(), NEWS, rooms.reserve(NEWS), "7", GuideWindow.GUIDE);
        dialogue.receive("damn");
        dialogue.receive("1");
        assertThat(peer.lines()).isEmpty();

        news.goOn();

        assertThat(peer.awaitLines(3)).containsExactly("mind your words", "You wrote: one", "Client #7 says: one");
        news.denied.addAll(Set.of(Action.values()));
        dialogue.receive("2");
        assertThat(peer.awaitClose()).isEqualTo(CloseCode.POLICY);
    }

    private Peer text(String user, String room) {
        Peer peer = new Peer(workers);
        RoomId id = new RoomId(room);
        new TextDialogue(policies, rooms, peer.connection(), id, rooms.reserve(id), user, GuideWindow.GUIDE)
                .receive("here");
        return peer;
    }

    private static void until(BooleanSupplier isSo) {
        while (!isSo.getAsBoolean()) {
            assertThat(Thread.interrupted()).as("it took too long").isFalse();
            Thread.onSpinWait();
        }
    }
}
