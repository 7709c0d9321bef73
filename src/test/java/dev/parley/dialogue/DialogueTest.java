package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualClock;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Client.Message;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import dev.parley.room.GuideWindow;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import dev.parley.room.TextMember;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DialogueTest {
    private static final Limits LIMITS = new Limits(65_536, 20, 262_144, 3, 2, false);

    private final Workers workers = new Workers();
    private final MemoryBackplane backplane = new MemoryBackplane(1_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
    private final Rooms rooms =
            new Rooms(backplane, workers, 1_000, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    private final ManualClock clock = new ManualClock();
    private final List<Credential> renewals = new CopyOnWriteArrayList<>();
    private @Nullable Credential proven; // by the handshake
    private volatile RoomRules rules = RoomRules.parse(List.of("* all everyone"));
    private final Dialogues dialogues = dialogues(null);
    private int lastId = 1_000;

    @AfterEach
    void stop() {
        workers.close();
    }

    private Dialogues dialogues(@Nullable TokenVerifier verifier) {
        return new Dialogues(
                rooms,
                verifier,
                new Policies(List.of(), () -> rules, Duration.ZERO, Thread::new, Runnable::run, clock),
                LIMITS,
                Duration.ofSeconds(20),
                clock);
    }

    private Client stranger(Dialogues dialogues, @Nullable String token) {
        Peer peer = new Peer(workers, clock, 1_000);
        return new Client(
                peer,
                dialogues.open(
                        peer.connection(), Optional.ofNullable(proven), Optional.ofNullable(token), credential -> {
                            renewals.add(credential);
                            return true;
                        }));
    }

    private Client client(String user) {
        Client client = stranger(dialogues, null);
        client.asks("'type':'connect','token':'" + user + "'");
        return client;
    }

    @Test
    void whoSaysWhoTheyAreIsWelcome() {
        Client alice = stranger(dialogues, null);

        Message welcome = alice.asks("'type':'connect','token':'alice','client':'test/1'");

        assertThat(welcome.type()).isEqualTo("welcome");
        assertThat(welcome.string("user")).isEqualTo("alice");
        assertThat(welcome.string("connection"))
                .isEqualTo(alice.peer().connection().id());
        assertThat(welcome.field("heartbeat")).isEqualTo("20");
        assertThat(welcome.field("limits")).isEqualTo("{\"messageBytes\":65536,\"messagesPerSecond\":20,\"rooms\":3}");
        assertThat(welcome.field("features")).contains("\"erased\"");
    }

    @Test
    void whoBringsATokenInTheHandshakeIsWelcomedUnasked() {
        Client alice = stranger(dialogues, "alice");

        assertThat(alice.hears("welcome").string("user")).isEqualTo("alice");
        assertThat(alice.asks("'type':'connect'").type()).isEqualTo("welcome");
        assertThat(alice.asks("'type':'connect'").string("code")).isEqualTo("already-connected");
    }

    @Test
    void whoSaysNothingOfThemselvesIsAGuestInADemonstrationOnly() {
        assertThat(stranger(dialogues, null).asks("'type':'connect'").string("user"))
                .startsWith("guest-");

        Client refused = stranger(dialogues(token -> new TokenVerifier.Verdict.Rejected("unknown")), null);
        refused.says("{'type':'connect','user':'alice'}");
        assertThat(refused.peer().awaitClose()).isEqualTo(CloseCode.BAD_CREDENTIAL);
    }

    @Test
    void firstThingsFirst() {
        for (String first : new String[] {"{'type':'join','room':'news'}", "hello", "{'type':'pong'}"}) {
            Client rude = stranger(dialogues, null).says(first);

            assertThat(rude.peer().awaitClose()).isEqualTo(CloseCode.NOT_THIS_PROTOCOL);
        }
    }

    @Test
    void silenceIsEndedAfterTenSeconds() {
        Client silent = stranger(dialogues, null);
        Client known = client("alice");

        clock.advance(Duration.ofSeconds(10));
        dialogues.lookAfterAll();
        assertThat(silent.peer().connection().isLive()).isTrue();
        clock.advance(Duration.ofNanos(1));
        dialogues.lookAfterAll();

        assertThat(silent.peer().awaitClose()).isEqualTo(CloseCode.NOT_THIS_PROTOCOL);
        assertThat(known.peer().connection().isLive()).isTrue();
    }

    @Test
    void everybodyIsPingedEveryHeartbeat() {
        Client alice = client("alice");

        clock.advance(Duration.ofSeconds(19));
        dialogues.lookAfterAll();
        dialogues.lookAfterAll();
        alice.hears("ping");
        alice.says("{'type':'pong'}");

        assertThat(alice.unheard()).isZero();
    }

    @Test
    void whatIsSaidIsStoredAcknowledgedAndReadByAllOnce() {
        Client alice = client("alice");
        Client bob = client("bob");
        alice.joins("news");
        bob.joins("news");

        alice.says("{'id':7,'type':'send','room':'news','key':'k1','data':{ 'a' : [1] }}");

        Message heard = bob.hears("message");
        assertThat(heard.field("seq")).isEqualTo("1");
        assertThat(heard.field("data")).isEqualTo("{ \"a\" : [1] }");
        assertThat(heard.inside("from").string("user")).isEqualTo("alice");
        Message first = alice.hears();
        Message second = alice.hears();
        Message ack = first.type().equals("ack") ? first : second;
        assertThat(ack.field("id")).isEqualTo("7");
        assertThat(ack.field("duplicate")).isEqualTo("false");
        assertThat(ack.inside("position").field("seq")).isEqualTo("1");
        assertThat(ack.inside("position").string("message")).isEqualTo(heard.string("message"));
    }

    @Test
    void theSameKeyOfTheSameUserIsSaidOnceOnWhicheverConnection() {
        Client alice = client("alice");
        Client again = client("alice");
        Client bob = client("bob");
        alice.joins("news");
        again.joins("news");
        bob.joins("news");

        String send = "{'id':1,'type':'send','room':'news','key':'k1','data':1}";
        alice.says(send);
        bob.hears("message");
        again.hears("message");
        again.says(send);
        bob.says(send);

        Message duplicate = again.hears("ack");
        assertThat(duplicate.field("duplicate")).isEqualTo("true");
        assertThat(duplicate.inside("position").field("seq")).isEqualTo("1");
        Message first = bob.hears();
        Message second = bob.hears();
        assertThat((first.type().equals("message") ? first : second).field("seq"))
                .isEqualTo("2");
    }

    @Test
    void whoWasAwayIsToldWhatWasMissedAndThenWhatIsLive() {
        Client alice = client("alice");
        Message joined = alice.joins("news");
        assertThat(joined.string("resume")).isEqualTo("none");
        say(alice, "news", 3);

        Client bob = client("bob");
        Message resumed = bob.asks("'type':'join','room':'news','since':" + joined.field("position"));
        assertThat(resumed.string("resume")).isEqualTo("ok");
        assertThat(resumed.field("replayed")).isEqualTo("3");
        assertThat(resumed.inside("position").field("seq")).isEqualTo("3");
        for (int seq = 1; seq <= 3; seq++) {
            assertThat(bob.hears("message").field("seq")).isEqualTo(Integer.toString(seq));
        }
        say(alice, "news", 1);
        assertThat(bob.hears("message").field("seq")).isEqualTo("4");
    }

    @Test
    void whatCannotBeResumedIsLostWithTheReason() {
        Client alice = client("alice");
        Message start = alice.joins("news");
        clockedSay(alice, "news", 201);
        Client bob = client("bob");

        Message many = bob.asks("'type':'join','room':'news','since':" + start.field("position"));
        assertThat(many.string("resume")).isEqualTo("lost");
        assertThat(many.string("reason")).isEqualTo("too-many");
        assertThat(many.field("replayed")).isEqualTo("0");
        assertThat(bob.asks("'type':'join','room':'news','since':{'epoch':'old','seq':3,'message':'x'}")
                        .string("reason"))
                .isEqualTo("epoch");
        assertThat(bob.asks("'type':'join','room':'news','since':"
                                + start.field("position").replace("\"seq\":0", "\"seq\":7"))
                        .string("resume"))
                .isEqualTo("ok");
        assertThat(drained(bob)).isEqualTo(194);
        assertThat(bob.asks("'type':'join','room':'news','since':"
                                + start.field("position")
                                        .replace("\"seq\":0,\"message\":\"\"", "\"seq\":7,\"message\":\"x\""))
                        .string("reason"))
                .isEqualTo("rewritten");
    }

    @Test
    void whoLeavesHearsNothingMore() {
        Client alice = client("alice");
        Client bob = client("bob");
        alice.joins("news");
        bob.joins("news");

        assertThat(bob.asks("'type':'leave','room':'news'").type()).isEqualTo("left");
        say(alice, "news", 1);

        assertThat(bob.asks("'type':'leave','room':'news'").type()).isEqualTo("left");
        assertThat(bob.unheard()).isZero();
        assertThat(bob.asks("'type':'send','room':'news','key':'k','data':1").string("code"))
                .isEqualTo("not-joined");
    }

    @Test
    void historyIsReadBackwards() {
        Client alice = client("alice");
        alice.joins("news");
        say(alice, "news", 5);

        Message last = alice.asks("'type':'history','room':'news','limit':2");
        assertThat(last.field("more")).isEqualTo("true");
        assertThat(last.field("messages"))
                .contains("\"seq\":4,")
                .contains("\"seq\":5,")
                .doesNotContain("\"seq\":3,");
        Message first = alice.asks("'type':'history','room':'news','before':3");
        assertThat(first.field("more")).isEqualTo("false");
        assertThat(first.field("messages"))
                .contains("\"seq\":1,")
                .contains("\"seq\":2,")
                .doesNotContain("\"seq\":3,");
    }

    @Test
    void textAndJsonClientsShareARoom() {
        Peer peer = new Peer(workers);
        TextMember text = rooms.join(new RoomId("lobby"), peer.connection(), "7", GuideWindow.GUIDE, () -> true);
        Client alice = client("alice");
        alice.joins("lobby");

        text.say("hi \"there\"");
        Message said = alice.hears("message");
        assertThat(said.field("data")).isEqualTo("\"hi \\\"there\\\"\"");
        assertThat(said.inside("from").string("user")).isEqualTo("7");
        alice.says("{'type':'send','room':'lobby','key':'1','data':'hello'}");
        peer.awaitLine("Client #alice says: hello");
        alice.says("{'type':'send','room':'lobby','key':'2','data':{ 'x': 1 }}");
        peer.awaitLine("Client #alice says: {\"x\":1}");
        peer.connection().gone();
        Message left = alice.hears();
        while (!left.text().contains("\"event\"")) {
            left = alice.hears();
        }
        assertThat(left.field("seq")).isEqualTo("4");
        assertThat(left.string("event")).isEqualTo("left");
        assertThat(left.field("data")).isEqualTo("null");
    }

    @Test
    void whoMayNotReadHistoryIsReplayedNothingHoweverItAsks() {
        Client alice = client("alice");
        alice.joins("news");
        say(alice, "news", 3);
        String epoch =
                alice.asks("'type':'join','room':'news'").inside("position").string("epoch");
        rules = RoomRules.parse(List.of("* join,send,presence everyone"));
        Client bob = client("bob");

        for (String since : List.of(
                "{'epoch':'" + epoch + "','seq':0,'message':''}",
                "{'epoch':'" + epoch + "','seq':1,'message':'x'}",
                "{'epoch':'','seq':0,'message':''}")) {
            Message joined = bob.asks("'type':'join','room':'news','since':" + since);
            assertThat(joined.string("resume")).isEqualTo("lost");
            assertThat(joined.string("reason")).isEqualTo("forbidden");
            assertThat(joined.field("replayed")).isEqualTo("0");
        }
        assertThat(bob.asks("'type':'history','room':'news'").string("code")).isEqualTo("forbidden");
        String here = bob.asks("'type':'join','room':'news'").field("position").replace('"', '\'');
        assertThat(bob.asks("'type':'join','room':'news','since':" + here).string("resume"))
                .isEqualTo("ok");
        say(alice, "news", 1);
        assertThat(bob.hears("message").field("seq")).isEqualTo("4");
    }

    @Test
    void whoMayNotSpeakLeavesNoEntryInTheLog() {
        RoomId lobby = new RoomId("lobby");
        for (int i = 0; i < 3; i++) {
            Peer silent = new Peer(workers);
            rooms.join(lobby, silent.connection(), "7", GuideWindow.GUIDE, () -> false);
            silent.connection().gone();
        }
        Peer speaker = new Peer(workers);
        rooms.join(lobby, speaker.connection(), "8", GuideWindow.GUIDE, () -> true);
        speaker.connection().gone();

        assertThat(rooms.past(lobby, Long.MAX_VALUE, 10)
                        .toCompletableFuture()
                        .join()
                        .messages())
                .singleElement()
                .asString()
                .contains("\"user\":\"8\"");
    }

    @Test
    void whatIsWrongWithOneDoesNotKeepTheOthersFromBeingLookedAfter() {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            peers.add(stranger(dialogues, null).peer());
        }
        clock.advance(Duration.ofSeconds(11));
        peers.get(3).connection().onEnd(() -> {
            throw new LinkageError("a listener of somebody's");
        });
        dialogues.lookAfterAll();

        assertThat(peers).noneMatch(peer -> peer.connection().isLive());
    }

    @Test
    void presenceIsToldAtFirstAndWhenItChanges() {
        Client alice = client("alice");
        alice.asks("'type':'join','room':'news','presence':true");
        assertThat(alice.hears("members").field("members")).isEqualTo("[{\"user\":\"alice\",\"connections\":1}]");
        // The first diff may name alice herself, who came in while it was gathered.
        Client bob = client("bob");
        bob.joins("news");
        Message diff = alice.hears("presence");
        while (!diff.field("joined").contains("bob")) {
            diff = alice.hears("presence");
        }
        Client bobAgain = client("bob");
        bobAgain.joins("news");
        bob.asks("'type':'leave','room':'news'");
        bobAgain.asks("'type':'leave','room':'news'");

        assertThat(alice.hears("presence").field("left")).isEqualTo("[\"bob\"]");
    }

    private static Message told(Client client, String part) {
        Message message = client.hears();
        while (!message.text().contains(part)) {
            message = client.hears();
        }
        return message;
    }

    /** Asks, and passes over what comes before the answer. */
    private Message answer(Client client, String fields) {
        lastId++;
        client.says("{'id':" + lastId + "," + fields + "}");
        return told(client, "{\"id\":" + lastId + ",");
    }

    @Test
    void whatOneSaysOfHerselfIsToldWithWhoIsInAndWhenItChanges() {
        Client alice = client("alice");
        answer(alice, "'type':'join','room':'news','presence':true");
        alice.hears("members");
        Client bob = client("bob");
        answer(bob, "'type':'join','room':'news','presence':{'data':{ 'is' : 'away' }}");
        assertThat(told(bob, "\"members\"").text()).contains("alice");
        assertThat(told(alice, "\"changed\"").text()) // alice herself may be among those who joined
                .contains("\"bob\"],\"left\":[],\"changed\":[{\"user\":\"bob\",\"data\":{ \"is\" : \"away\" }}]}");
        assertThat(answer(client("carol"), "'type':'join','room':'news','presence':true")
                        .type())
                .isEqualTo("joined");

        bob.says("{'type':'presence','room':'news','data':'back'}");
        assertThat(told(alice, "\"changed\"").field("changed")).isEqualTo("[{\"user\":\"bob\",\"data\":\"back\"}]");
        bob.says("{'type':'presence','room':'news','data':null}");
        assertThat(told(alice, "\"changed\"").field("changed")).isEqualTo("[{\"user\":\"bob\",\"data\":null}]");
        bob.says("{'type':'presence','room':'news','data':1}");
        told(alice, "\"changed\"");
        Client dora = client("dora");
        answer(dora, "'type':'join','room':'news','presence':true");
        assertThat(dora.hears("members").text()).contains("{\"user\":\"bob\",\"connections\":1,\"data\":1}");

        answer(bob, "'type':'leave','room':'news'");
        assertThat(told(alice, "\"left\":[\"bob\"]").text()).doesNotContain("changed");
        answer(bob, "'type':'join','room':'news'");
        assertThat(told(alice, "bob").text()).as("nothing is left of it").doesNotContain("changed");
    }

    @Test
    void whatIsSaidOfOneselfHasALimitAndNeedsTheRight() {
        Client alice = client("alice");
        String most = "\u20ac".repeat(340); // with its quotes 1022 bytes
        assertThat(answer(alice, "'type':'join','room':'news','presence':{'data':'" + most + "\u20ac'}")
                        .string("code"))
                .isEqualTo("too-big");
        assertThat(answer(alice, "'type':'presence','room':'news','data':1").string("code"))
                .isEqualTo("not-joined");
        answer(alice, "'type':'join','room':'news','presence':{'data':'" + most + "'}");
        assertThat(alice.hears("members").type()).isEqualTo("members");
        assertThat(told(alice, "changed").field("changed")).contains(most);
        assertThat(answer(alice, "'type':'presence','room':'news','data':'" + most + "\u20ac'")
                        .string("code"))
                .isEqualTo("too-big");
        rules = RoomRules.parse(List.of("* join,send,history everyone"));
        for (String asked : List.of("'type':'presence','room':'news','data':1", "'type':'members','room':'news'")) {
            assertThat(answer(alice, asked).string("code")).isEqualTo("forbidden");
        }
    }

    @Test
    void severalRoomsAreJoinedInOneFrame() {
        Client alice = client("alice");
        String since = alice.joins("a").field("position").replace('"', '\'');
        say(alice, "a", 1);
        Client bob = client("bob");

        bob.says("{'id':7,'type':'join','rooms':[{'room':'a','since':" + since
                + "},{'room':'NO'},{'room':'b','presence':{'data':1}},{'room':'c'},{'room':'d'}]}");

        List<String> answers = new ArrayList<>();
        while (answers.size() < 5) {
            Message answer = bob.hears();
            if (answer.field("id").equals("7")) {
                answers.add(answer.string("room") + answer.string("resume") + answer.string("code"));
            }
        }
        assertThat(answers).containsExactlyInAnyOrder("aok", "bad-room", "bnone", "cnone", "too-many-rooms");
        for (String flaw : List.of("[]", "1", "[1]", "[{}]")) {
            assertThat(answer(bob, "'type':'join','rooms':" + flaw).string("code"))
                    .isEqualTo("bad-message");
        }
    }

    @Test
    void aJoinOfSeveralCountsAsSoMany() {
        Client alice = client("alice");
        String many = "{'room':'a'}" + ",{'room':'a'}".repeat(99);
        alice.says("{'type':'join','rooms':[" + many + "]}");
        alice.says("{'id':8,'type':'join','room':'a'}");

        Message answer = told(alice, "\"id\":8");
        assertThat(answer.string("code")).isEqualTo("rate-limited");
        assertThat(answer.text()).contains("\"after\"");
    }

    @Test
    void whoIsInCanBeAskedForPageByPage() {
        Client alice = client("alice");
        alice.joins("news");
        for (String user : List.of("bob", "carol", "dora")) {
            Client client = client(user);
            answer(client, "'type':'join','room':'news','presence':{'data':'" + user + "'}");
            client.hears("members"); // so by now it is in
        }
        Message first = answer(alice, "'type':'members','room':'news','limit':2");
        assertThat(first.type()).isEqualTo("members");
        assertThat(first.field("count")).isEqualTo("4");
        assertThat(first.field("more")).isEqualTo("true");
        assertThat(first.field("members"))
                .isEqualTo(
                        "[{\"user\":\"alice\",\"connections\":1},{\"user\":\"bob\",\"connections\":1,\"data\":\"bob\"}]");
        Message second = answer(alice, "'type':'members','room':'news','after':'bob','limit':2");
        assertThat(second.field("members")).contains("carol", "dora").doesNotContain("bob");
        assertThat(second.field("more")).isEqualTo("false");
    }

    @Test
    void aRoomWhereTooMuchIsSaidTellsNumbersAlone() {
        Client alice = client("alice");
        answer(alice, "'type':'join','room':'news','presence':true");
        alice.hears("members");
        String most = "x".repeat(1_000);
        for (int i = 0; i < 140; i++) { // more than 128 Ki
            Client client = client("user-" + i);
            answer(client, "'type':'join','room':'news','presence':{'data':'" + most + "'}");
            client.hears("members"); // so by now it is in
        }

        assertThat(told(alice, "\"count\":").type()).isEqualTo("members");
        assertThat(answer(alice, "'type':'members','room':'news','limit':1").field("count"))
                .isEqualTo("141");
    }

    @Test
    void whatIsNotUnderstoodIsAnErrorAndNotTheEnd() {
        Client alice = client("alice");

        assertThat(alice.asks("'type':'shout'").string("code")).isEqualTo("unknown-type");
        assertThat(alice.asks("'type':'join'").string("code")).isEqualTo("bad-message");
        assertThat(alice.asks("'type':'join','room':'News'").string("code")).isEqualTo("bad-room");
        assertThat(alice.asks("'type':'send','room':'/','key':'k','data':1").string("code"))
                .isEqualTo("bad-room");
        alice.says("[]");
        assertThat(alice.hears("error").string("code")).isEqualTo("bad-message");
        assertThat(alice.peer().connection().isLive()).isTrue();
    }

    @Test
    void rightsAreAskedForEachTime() {
        Client alice = client("alice");
        alice.joins("news");
        rules = RoomRules.parse(List.of("* presence everyone"));

        assertThat(alice.asks("'type':'send','room':'news','key':'k','data':1").string("code"))
                .isEqualTo("forbidden");
        assertThat(alice.asks("'type':'history','room':'news'").string("code")).isEqualTo("forbidden");
        assertThat(alice.asks("'type':'join','room':'news'").string("code")).isEqualTo("forbidden");
        rules = RoomRules.parse(List.of("* all everyone"));
        assertThat(alice.asks("'type':'send','room':'news','key':'k','data':1").string("code"))
                .isEqualTo("not-joined");
    }

    @Test
    void aCredentialIsRenewedByItsOwnUserAlone() {
        Instant end = Instant.parse("2026-06-01T12:00:00Z");
        Dialogues guarded = dialogues(token -> new TokenVerifier.Verdict.Accepted(new Credential(
                token, Set.of(), Map.of(), Optional.of(token.equals("alice") ? end : end.plusSeconds(60)))));
        Client alice = stranger(guarded, null);
        assertThat(alice.asks("'type':'connect','token':'alice'").string("expires"))
                .isEqualTo(end.toString());
        assertThat(alice.asks("'type':'refresh','token':'bob'").string("code")).isEqualTo("bad-credential");
        assertThat(alice.asks("'type':'refresh','token':'alice'").string("expires"))
                .isEqualTo(end.toString());

        assertThat(renewals).extracting(Credential::user).containsExactly("alice", "alice");
    }

    @Test
    void tokenThatCannotBeCheckedJustNowIsNotABadOne() {
        TokenVerifier shaky = token -> token.startsWith("away")
                ? new TokenVerifier.Verdict.Unavailable("keys are away")
                : new TokenVerifier.Verdict.Accepted(Credential.of(token));
        assertThat(stranger(dialogues(shaky), "away").peer().awaitClose()).isEqualTo(CloseCode.OVERLOADED);
        Client told = stranger(dialogues(shaky), null);
        told.says("{'type':'connect','token':'away'}");
        assertThat(told.peer().awaitClose()).isEqualTo(CloseCode.OVERLOADED);
        Client again = stranger(dialogues(shaky), "alice");
        again.hears("welcome");
        again.says("{'type':'connect','token':'away'}");
        assertThat(again.peer().awaitClose()).isEqualTo(CloseCode.OVERLOADED);

        Client alice = stranger(dialogues(shaky), "alice");
        alice.hears("welcome");
        Message refused = alice.asks("'type':'refresh','token':'away'");
        assertThat(refused.string("code")).isEqualTo("overloaded");
        assertThat(refused.field("retry")).isEqualTo("true");
        assertThat(alice.asks("'type':'refresh','token':'alice'").type()).isEqualTo("refreshed");
    }

    @Test
    void howLongACredentialLivesIsTold() {
        Instant end = Instant.now().plusSeconds(3_600);
        Dialogues guarded = dialogues(token ->
                new TokenVerifier.Verdict.Accepted(new Credential(token, Set.of(), Map.of(), Optional.of(end))));
        Client alice = stranger(guarded, null);

        assertThat(Long.parseLong(alice.asks("'type':'connect','token':'alice'").field("expiresIn")))
                .isBetween(3_500L, 3_600L);
        assertThat(Long.parseLong(alice.asks("'type':'refresh','token':'alice'").field("expiresIn")))
                .isBetween(3_500L, 3_600L);
    }

    @Test
    void whoTheHandshakeHasProvedIsWelcomedUnaskedAndStaysWhoItIs() {
        TokenVerifier byName = token -> new TokenVerifier.Verdict.Accepted(Credential.of(token));
        proven = Credential.of("alice");
        Client alice = stranger(dialogues(byName), "mallory");
        assertThat(alice.hears("welcome").string("user")).isEqualTo("alice");
        assertThat(alice.asks("'type':'connect','token':'alice'").string("user"))
                .isEqualTo("alice");
        assertThat(alice.asks("'type':'refresh','token':'bob'").string("code")).isEqualTo("bad-credential");

        Client other = stranger(dialogues(byName), null);
        other.hears("welcome");
        other.says("{'type':'connect','token':'bob'}");
        assertThat(other.peer().awaitClose()).isEqualTo(CloseCode.BAD_CREDENTIAL);
    }

    private static Credential loggedIn(String user) {
        return new Credential(Credential.Source.LOGIN, user, Set.of(), Set.of(), Map.of(), Optional.empty());
    }

    @Test
    void aUserOfTheServerAndOneOfATokenAreTwoWhateverTheirNames() {
        Dialogues guarded = dialogues(token -> new TokenVerifier.Verdict.Accepted(Credential.of(token)));
        Client token = stranger(guarded, "alice");
        token.hears("welcome");
        proven = loggedIn("alice");
        Client login = stranger(guarded, null);
        login.hears("welcome");
        for (Client one : List.of(token, login)) {
            one.joins("news");
            one.says("{'type':'send','room':'news','key':'k','data':1}");
            assertThat(List.of(one.hears().type(), one.hears().type())).containsExactlyInAnyOrder("ack", "message");
            one.says("{'type':'leave','room':'news'}");
            one.hears("left");
        }

        assertThat(login.asks("'type':'refresh','token':'alice'").string("code"))
                .isEqualTo("bad-credential");
        assertThat(login.peer().connection().peer().source()).isEqualTo("login");
        assertThat(token.peer().connection().peer().source()).isEqualTo("token");
    }

    @Test
    void connectionsOfAUserAreCountedApartFromThoseOfAnothersOfThatName() {
        Dialogues guarded = dialogues(token -> new TokenVerifier.Verdict.Accepted(Credential.of(token)));
        stranger(guarded, "alice").hears("welcome");
        stranger(guarded, "alice").hears("welcome");
        proven = loggedIn("alice");
        stranger(guarded, null).hears("welcome");
        stranger(guarded, null).hears("welcome");

        assertThat(stranger(guarded, null).peer().awaitClose()).isEqualTo(CloseCode.LIMIT_EXCEEDED);
    }

    @Test
    void whoIsCalledWhatTheySayIsNobodyWhomARuleKnows() {
        rules = RoomRules.parse(List.of("lobby all everyone", "news all known", "inbox-{user} all known"));
        Client alice = client("alice");
        alice.joins("lobby");
        for (String room : List.of("news", "inbox-alice")) {
            assertThat(alice.asks("'type':'join','room':'" + room + "'").string("code"))
                    .isEqualTo("forbidden");
        }
        proven = Credential.of("alice");
        Client known = stranger(dialogues, null);
        known.hears("welcome");
        known.joins("inbox-alice");
        assertThat(known.asks("'type':'refresh','token':'alice'").string("code"))
                .isEqualTo("bad-credential");
    }

    @Test
    void whoIsTooFastIsToldHowLongToWaitAndThenClosed() {
        Client alice = client("alice");
        alice.joins("news");
        for (int i = 0; i < 40; i++) {
            alice.says("{'type':'history','room':'news'}");
            alice.hears("history");
        }

        Message refused = alice.asks("'type':'history','room':'news'");
        assertThat(refused.string("code")).isEqualTo("rate-limited");
        assertThat(refused.field("retry")).isEqualTo("true");
        assertThat(Integer.parseInt(refused.field("after"))).isBetween(1, 51);
        clock.advance(Duration.ofMillis(51));
        assertThat(alice.asks("'type':'history','room':'news'").type()).isEqualTo("history");
        for (int i = 0; i < 50; i++) {
            alice.says("{'type':'history','room':'news'}");
        }

        assertThat(alice.peer().awaitClose()).isEqualTo(CloseCode.LIMIT_EXCEEDED);
    }

    /** It was on its way when the first one was refused, so the client is not to blame. */
    @Test
    void whatIsBehindAMessageThatWasTooFastIsOutOfOrderAndNoAbuse() {
        Client alice = client("alice");
        alice.joins("news");
        say(alice, "news", 40);

        assertThat(alice.asks("'type':'send','room':'news','key':'k0','data':0").string("code"))
                .isEqualTo("rate-limited");
        for (int i = 1; i <= 64; i++) {
            Message behind =
                    alice.asks("'type':'send','room':'news','key':'k" + i + "','after':'k" + (i - 1) + "','data':" + i);
            assertThat(behind.string("code")).isEqualTo("out-of-order");
            assertThat(behind.field("retry") + behind.field("after")).isEqualTo("true0");
        }
        Message beyond = alice.asks("'type':'send','room':'news','key':'k65','after':'k64','data':65");
        assertThat(beyond.string("code")).isEqualTo("rate-limited");

        clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 5; i++) {
            String after = i == 0 ? "" : "'after':'k" + (i - 1) + "',";
            alice.says("{'id':1,'type':'send','room':'news','key':'k" + i + "'," + after + "'data':" + i + "}");
            assertThat(alice.hears().text() + alice.hears().text()).contains("\"ack\"");
        }
    }

    @Test
    void whatComesAfterAnUnknownMessageIsOutOfOrder() {
        Client alice = client("alice");
        alice.joins("news");

        assertThat(alice.asks("'type':'send','room':'news','key':'k2','after':'k1','data':2")
                        .string("code"))
                .isEqualTo("out-of-order");
        alice.says("{'id':7,'type':'send','room':'news','key':'k1','data':1}");
        assertThat(alice.hears().text() + alice.hears().text()).contains("\"duplicate\":false");
        alice.says("{'id':8,'type':'send','room':'news','key':'k2','after':'k1','data':2}");
        assertThat(alice.hears().text() + alice.hears().text()).contains("\"duplicate\":false");
    }

    @Test
    void charactersASecondHaveALimit() {
        Client alice = client("alice");
        alice.joins("news");
        String long60 = "x".repeat(60_000);
        for (int i = 0; i < 8; i++) {
            assertThat(alice.asks("'type':'history','room':'news','more':'" + long60 + "'")
                            .type())
                    .isEqualTo("history");
        }

        Message refused = alice.asks("'type':'history','room':'news','more':'" + long60 + "'");
        assertThat(refused.string("code")).isEqualTo("rate-limited");
        assertThat(Integer.parseInt(refused.field("after"))).isBetween(1, 250);
    }

    @Test
    void joinsASecondHaveALimit() {
        Client alice = client("alice");
        int atOnce = 2 * LIMITS.rooms() + 10;
        for (int i = 0; i < atOnce; i += 2) {
            alice.joins("news");
            assertThat(alice.asks("'type':'leave','room':'news'").type()).isEqualTo("left");
        }

        Message refused = alice.asks("'type':'join','room':'news'");
        assertThat(refused.string("code")).isEqualTo("rate-limited");
        assertThat(Integer.parseInt(refused.field("after"))).isBetween(1, 101);
        clock.advance(Duration.ofMillis(101));
        alice.joins("news");
    }

    @Test
    void namesHaveALimit() {
        Client alice = client("a".repeat(64));
        assertThat(alice.asks("'type':'join','room':'" + "r".repeat(101) + "'").string("code"))
                .isEqualTo("bad-message");
        alice.joins("r".repeat(100));
        assertThat(alice.asks("'type':'send','room':'news','data':1,'key':'" + "k".repeat(101) + "'")
                        .string("code"))
                .isEqualTo("bad-message");
        Client tooLong = stranger(dialogues, null).says("{'type':'connect','user':'" + "a".repeat(65) + "'}");
        assertThat(tooLong.peer().awaitClose()).isEqualTo(CloseCode.BAD_CREDENTIAL);
    }

    @Test
    void roomsAndConnectionsOfOneUserHaveALimit() {
        Client alice = client("alice");
        alice.joins("a");
        alice.joins("b");
        alice.joins("c");
        assertThat(alice.asks("'type':'join','room':'d'").string("code")).isEqualTo("too-many-rooms");
        alice.joins("c");
        alice.asks("'type':'leave','room':'a'");
        alice.joins("d");

        Client second = client("alice");
        Client third = stranger(dialogues, null).says("{'type':'connect','token':'alice'}");
        assertThat(third.peer().awaitClose()).isEqualTo(CloseCode.LIMIT_EXCEEDED);
        second.peer().connection().gone();
        assertThat(client("alice").peer().connection().isLive()).isTrue();
    }

    @Test
    void aSignalReachesTheOthersWhoAreInAndNobodyKeepsIt() {
        Client alice = client("alice");
        Client again = client("alice");
        Client bob = client("bob");
        Client carol = client("carol");
        Message joined = alice.joins("news");
        again.joins("news");
        bob.joins("news");
        carol.joins("other");
        Peer text = new Peer(workers);
        rooms.join(new RoomId("news"), text.connection(), "7", GuideWindow.GUIDE, () -> true);

        alice.says("{'type':'signal','room':'news','data':{ 'x' : [1] }}");

        for (Client other : List.of(again, bob)) {
            assertThat(other.hears().text())
                    .isEqualTo("{\"type\":\"signal\",\"room\":\"news\",\"from\":{\"user\":\"alice\",\"connection\":\""
                            + alice.peer().connection().id() + "\"},\"data\":{ \"x\" : [1] }}");
        }
        Message history = alice.asks("'type':'history','room':'news'"); // the first thing that its author hears
        assertThat(history.field("messages")).isEqualTo("[]");
        assertThat(bob.asks("'type':'join','room':'news','since':" + joined.field("position"))
                        .field("replayed"))
                .isEqualTo("0");
        carol.joins("other"); // and nothing in between
        assertThat(text.lines()).isEmpty();
        assertThat(rooms.signals()).isEqualTo(1);
    }

    @Test
    void aSignalNeedsARoomThatOneIsInAndTheRight() {
        rules = RoomRules.parse(List.of("* join everyone", "news send everyone", "board signal everyone"));
        Client alice = client("alice");
        assertThat(alice.asks("'type':'signal','room':'news','data':1").string("code"))
                .isEqualTo("not-joined");
        assertThat(alice.asks("'type':'signal','room':'~alice','data':1").string("code"))
                .isEqualTo("bad-room");
        for (String room : List.of("news", "board", "quiet")) {
            alice.joins(room);
        }
        assertThat(alice.asks("'type':'signal','room':'quiet','data':1").string("code"))
                .isEqualTo("forbidden");
        Client bob = client("bob");
        for (String room : List.of("news", "board")) {
            bob.joins(room);
            alice.says("{'id':99,'type':'signal','room':'" + room + "','data':1}");
            assertThat(bob.hears("signal").string("room")).isEqualTo(room);
        }
        assertThat(alice.unheard()).isZero();
    }

    @Test
    void aSignalThatIsTooLongIsRefused() {
        Client alice = client("alice");
        Client bob = client("bob");
        alice.joins("news");
        bob.joins("news");

        String most = "\u20ac".repeat(1_364); // with its quotes 4094 bytes, and far fewer characters
        alice.says("{'type':'signal','room':'news','data':'" + most + "'}");
        assertThat(bob.hears("signal").string("data")).isEqualTo(most);
        assertThat(alice.asks("'type':'signal','room':'news','data':'" + most + "\u20ac'")
                        .string("code"))
                .isEqualTo("too-big");
    }

    @Test
    void signalsHaveAPaceOfTheirOwn() {
        Client alice = client("alice");
        alice.joins("news");
        String data = "'" + "x".repeat(4_000) + "'";
        for (int i = 0; i < 80; i++) {
            alice.says("{'type':'signal','room':'news','data':" + data + "}");
        }

        Message refused = alice.asks("'type':'signal','room':'news','data':1");
        assertThat(refused.string("code")).isEqualTo("rate-limited");
        assertThat(Integer.parseInt(refused.field("after"))).isBetween(1, 26);
        for (int i = 0; i < 40; i++) { // nothing of this is taken from messages
            assertThat(alice.asks("'type':'history','room':'news'").type()).isEqualTo("history");
        }
        clock.advance(Duration.ofMillis(26));
        alice.says("{'type':'signal','room':'news','data':1}");
        assertThat(alice.unheard()).isZero();
    }

    @Test
    void whoHasLeftIsSignalledNothing() {
        Client alice = client("alice");
        Client bob = client("bob");
        Client carol = client("carol");
        alice.joins("news");
        bob.joins("news");
        carol.joins("news");
        assertThat(bob.asks("'type':'leave','room':'news'").type()).isEqualTo("left");

        alice.says("{'type':'signal','room':'news','data':1}");

        assertThat(carol.hears("signal").field("data")).isEqualTo("1");
        assertThat(bob.unheard()).isZero();
    }

    @Test
    void theWelcomeSaysWhatThisServerCan() {
        assertThat(stranger(dialogues, null)
                        .asks("'type':'connect','token':'alice'")
                        .field("features"))
                .contains("\"signal\"");
    }

    @Test
    void everybodyIsToldWhenTheNodeGoes() {
        Client alice = client("alice");

        dialogues.sayBye();

        assertThat(alice.hears("bye").text())
                .isEqualTo("{\"type\":\"bye\",\"code\":1001,\"reconnect\":true,\"after\":[500,20000]}");
    }

    @Test
    void aConnectionThatEndsIsOutOfItsRooms() {
        Client alice = client("alice");
        alice.joins("a");
        alice.joins("b");
        assertThat(rooms.count()).isEqualTo(2);

        alice.peer().connection().gone();

        assertThat(rooms.count()).isZero();
    }

    private static int drained(Client client) {
        for (int heard = 1; ; heard++) {
            if (client.hears("message").field("seq").equals("201")) {
                return heard;
            }
        }
    }

    private void say(Client client, String room, int count) {
        for (int i = 0; i < count; i++) {
            client.says("{'type':'send','room':'" + room + "','key':'" + Math.random() + "','data':1}");
            client.hears();
            client.hears();
        }
    }

    private void clockedSay(Client client, String room, int count) {
        for (int i = 0; i < count; i++) {
            clock.advance(Duration.ofMillis(100));
            say(client, room, 1);
        }
    }
}
