package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Following;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualClock;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Client.Message;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Credential.Source;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.node.Budget;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A user's inbox: it reaches all connections of that user and nobody else, and there is no way in for others. */
@Timeout(60)
final class InboxTest {
    private final Workers workers = new Workers();
    private final MemoryBackplane backplane = new MemoryBackplane(1_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
    private final List<RoomId> followed = new CopyOnWriteArrayList<>();
    private final AtomicInteger questions = new AtomicInteger(); // that an engine would have been asked
    private final Rooms rooms =
            new Rooms(counted(), workers, 1_000, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    private final ManualClock clock = new ManualClock();
    private final AtomicInteger asked = new AtomicInteger(); // policies, about an inbox
    private final Policies policies = new Policies(
            List.of(new RoomPolicy() {
                @Override
                public boolean allows(Caller caller, Action action, RoomName room) {
                    if (room.name().startsWith("~")) {
                        asked.incrementAndGet();
                    }
                    return true;
                }
            }),
            () -> RoomRules.parse(List.of("* all everyone")),
            Duration.ZERO,
            Thread::new,
            Runnable::run,
            clock);
    private Dialogues dialogues = dialogues(true);

    @AfterEach
    void stop() {
        policies.close();
        workers.close();
    }

    private Dialogues dialogues(boolean inboxes) {
        return new Dialogues(
                rooms,
                token -> new Verdict.Accepted(Credential.of(token)),
                policies,
                new Limits(65_536, 1_000, 262_144, 1, 10, inboxes),
                Duration.ofSeconds(20),
                clock);
    }

    /** The backplane, and what is asked of it. */
    private Backplane counted() {
        return (Backplane) Proxy.newProxyInstance(
                Backplane.class.getClassLoader(), new Class<?>[] {Backplane.class}, (proxy, method, arguments) -> {
                    if (method.getName().startsWith("read")) {
                        questions.incrementAndGet();
                    }
                    Object answer = method.invoke(backplane, arguments);
                    if (answer instanceof Following following) {
                        followed.add((RoomId) arguments[0]);
                        return new Following() {
                            @Override
                            public CompletionStage<Position> from() {
                                return following.from();
                            }

                            @Override
                            public void close() {
                                followed.remove((RoomId) arguments[0]);
                                following.close();
                            }
                        };
                    }
                    return answer;
                });
    }

    private Client open(@Nullable Credential proven) {
        Peer peer = new Peer(workers, clock, 1_000);
        return new Client(
                peer, dialogues.open(peer.connection(), Optional.ofNullable(proven), Optional.empty(), known -> true));
    }

    private Client as(Source source, String user) {
        return open(new Credential(source, user, Set.of(), Set.of(), Map.of(), Optional.empty()));
    }

    /** One who is in the inbox, and where it began. */
    private Message attached(Client client, String inbox) {
        assertThat(client.hears("welcome").string("inbox")).isEqualTo(inbox);
        Message joined = client.hears("joined");
        assertThat(joined.string("room")).isEqualTo(inbox);
        assertThat(joined.field("id")).isEmpty();
        assertThat(joined.string("resume")).isEqualTo("none");
        return joined;
    }

    private void tell(String user, String text) {
        Draft draft = new Draft(text, new Draft.Author("application", "application"), Draft.Kind.MESSAGE, text);
        backplane
                .append(RoomId.inbox(user).orElseThrow(), draft)
                .toCompletableFuture()
                .join();
    }

    @Test
    void whatIsToldAUserReachesAllConnectionsOfTheLoginAndTheTokenWithoutTheirJoiningAnything() {
        Client one = as(Source.LOGIN, "Кэрол");
        Client two = as(Source.TOKEN, "Кэрол");
        Client other = as(Source.TOKEN, "кэрол");
        String inbox = RoomId.inbox("Кэрол").orElseThrow().name();
        attached(one, inbox);
        attached(two, inbox);
        attached(other, RoomId.inbox("кэрол").orElseThrow().name());

        tell("Кэрол", "hello");

        for (Client client : List.of(one, two)) {
            Message message = client.hears("message");
            assertThat(message.string("room")).isEqualTo(inbox);
            assertThat(message.string("data")).isEqualTo("hello");
        }
        tell("кэрол", "you");
        assertThat(other.hears("message").string("data")).isEqualTo("you");
    }

    @Test
    void whoComesBackGetsWhatWasMissed() {
        Client first = as(Source.LOGIN, "carol@example.com");
        String since = attached(first, "~carol@example.com").field("position").replace('"', '\'');
        first.peer().connection().gone();
        tell("carol@example.com", "while you were away");

        Client again = as(Source.LOGIN, "carol@example.com");
        attached(again, "~carol@example.com");
        Message joined = again.asks("'type':'join','room':'~carol@example.com','since':" + since);

        assertThat(joined.string("resume")).isEqualTo("ok");
        assertThat(again.hears("message").string("data")).isEqualTo("while you were away");
        tell("carol@example.com", "now");
        assertThat(again.hears("message").string("data")).isEqualTo("now");
        assertThat(again.asks("'type':'history','room':'~carol@example.com'").field("messages"))
                .contains("while you were away", "now");
    }

    @Test
    void strangersAreRefusedAtEveryDoorWhateverPoliciesSay() {
        Client mallory = as(Source.LOGIN, "mallory");
        attached(mallory, "~mallory");
        Client visitor = as(Source.VISITOR, "carol");
        assertThat(visitor.hears("welcome").field("inbox")).isEmpty();

        for (Client stranger : List.of(mallory, visitor)) {
            for (String name : List.of("~carol", "~=Y2Fyb2w", "~Carol")) {
                for (String request : List.of(
                        "'type':'join','room':'" + name + "'",
                        "'type':'join','room':'" + name + "','presence':true,'since':{'epoch':'','seq':0,'message':''}",
                        "'type':'history','room':'" + name + "'",
                        "'type':'leave','room':'" + name + "'",
                        "'type':'send','room':'" + name + "','key':'k','data':1")) {
                    assertThat(stranger.asks(request).string("code"))
                            .as(request)
                            .isEqualTo("bad-room");
                }
            }
        }
        tell("carol", "secret");
        assertThat(mallory.unheard()).isZero();
        assertThat(visitor.unheard()).isZero();
        RoomId inbox = RoomId.inbox("carol").orElseThrow();
        for (Action action : Action.values()) {
            assertThat(policies.decide(Caller.ANONYMOUS, action, inbox).join()).isEqualTo(Policies.Decision.DENIED);
        }
        assertThat(RoomRules.parse(List.of("* all everyone")).allow(Caller.ANONYMOUS, Action.JOIN, inbox))
                .isFalse();
        assertThat(RoomRules.parse(List.of("* drop-oldest")).overflow(inbox)).isEqualTo(Overflow.CLOSE);
        assertThat(asked).hasValue(0);
    }

    /** It is no room: nobody sees who is in, it cannot be written to, and it takes nobody's place. */
    @Test
    void theOwnerIsInAndNothingElse() throws Exception {
        Client carol = as(Source.LOGIN, "carol");
        attached(carol, "~carol");

        assertThat(carol.asks("'type':'send','room':'~carol','key':'k','data':1")
                        .string("code"))
                .isEqualTo("forbidden");
        assertThat(carol.asks("'type':'join','room':'~carol','presence':true").type())
                .isEqualTo("joined");
        carol.joins("news"); // the one room that a connection may be in here
        assertThat(backplane
                        .presence()
                        .members(RoomId.inbox("carol").orElseThrow())
                        .toCompletableFuture()
                        .join())
                .isEmpty();
        assertThat(rooms.count()).isEqualTo(1);
        assertThat(rooms.biggest(10)).containsOnlyKeys("news");
        assertThat(rooms.told()).containsOnlyKeys("news");
        assertThat(rooms.roomsOf(carol.peer().connection().id())).containsExactly("news");
        assertThat(carol.unheard()).isZero();
    }

    @Test
    void aRecheckLeavesTheInboxAlone() {
        Client carol = as(Source.LOGIN, "carol");
        attached(carol, "~carol");

        policies.changed();
        tell("carol", "still here");

        assertThat(carol.hears("message").string("data")).isEqualTo("still here");
    }

    @Test
    void nobodysInboxIsNotFollowed() {
        Client carol = as(Source.LOGIN, "carol");
        attached(carol, "~carol");
        Client another = as(Source.LOGIN, "carol");
        attached(another, "~carol");
        assertThat(followed).containsExactly(RoomId.inbox("carol").orElseThrow());
        assertThat(questions).as("beside following").hasValue(0);

        carol.peer().connection().gone();
        assertThat(followed).hasSize(1);
        another.peer().connection().gone();

        assertThat(followed).isEmpty();
    }

    @Test
    void whereTheyAreOffThereIsNone() {
        dialogues = dialogues(false);
        Client carol = as(Source.LOGIN, "carol");

        assertThat(carol.hears("welcome").field("inbox")).isEmpty();
        assertThat(carol.asks("'type':'join','room':'~carol'").string("code")).isEqualTo("bad-room");
    }

    @Test
    void aNameThatIsTooLongHasNone() {
        Client carol = as(Source.LOGIN, "c".repeat(256));

        assertThat(carol.hears("welcome").field("inbox")).isEmpty();
    }
}
