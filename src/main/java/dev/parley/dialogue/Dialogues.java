package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Outbound;
import dev.parley.room.Rooms;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All dialogues of this node. Thread-safe.
 *
 * <p>Once a second each is looked after: is it due for a ping, has it said who it is, is its credential still good?
 */
public final class Dialogues {
    private static final Logger LOG = System.getLogger(Dialogues.class.getName());
    private static final Duration EARLIEST_RETURN = Duration.ofMillis(500);
    private static final Duration LATEST_RETURN = Duration.ofSeconds(20);
    private static final Outgoing PING = new Outgoing(new Outbound.Ping().text());

    private final Rooms rooms;
    private final @Nullable TokenVerifier verifier;
    private final Policies policies;
    private final Limits limits;
    private final Duration heartbeat;
    private final LongSupplier nanoTime;

    private final Set<Dialogue> dialogues = ConcurrentHashMap.newKeySet();
    private final Map<Credential.Identity, Integer> users = new ConcurrentHashMap<>(); // with how many connections
    private final Set<Unsure> unsure = ConcurrentHashMap.newKeySet(); // until a policy answers

    /**
     * Looks after dialogues from now on.
     *
     * @param verifier says whose a token is; null where everybody is who they say
     * @param heartbeat how often a client hears from this node at least
     */
    public Dialogues(
            Rooms rooms,
            @Nullable TokenVerifier verifier,
            Policies policies,
            Limits limits,
            Duration heartbeat,
            Workers workers) {
        this(rooms, verifier, policies, limits, heartbeat, System::nanoTime);
        workers.every(Duration.ofSeconds(1), this::lookAfterAll);
    }

    Dialogues(
            Rooms rooms,
            @Nullable TokenVerifier verifier,
            Policies policies,
            Limits limits,
            Duration heartbeat,
            LongSupplier nanoTime) {
        this.rooms = rooms;
        this.verifier = verifier;
        this.policies = policies;
        this.limits = limits;
        this.heartbeat = heartbeat;
        this.nanoTime = nanoTime;
        policies.onChange(this::recheckAll);
    }

    /**
     * Begins one, which ends with its connection.
     *
     * @param proven who the handshake has proved this to be
     * @param token what the handshake brought to say who this is; counts only if nothing was proved
     * @param renewal takes the credential that counts from now on, whose end is the connection's affair; false if it must not be
     */
    public Dialogue open(
            Connection connection, Optional<Credential> proven, Optional<String> token, Predicate<Credential> renewal) {
        Dialogue dialogue = new Dialogue(this, connection, renewal);
        dialogues.add(dialogue);
        connection.onEnd(() -> {
            dialogues.remove(dialogue);
            dialogue.ended();
        });
        if (proven.isPresent()) {
            dialogue.introduce(proven.get());
        } else {
            token.ifPresent(dialogue::introduce);
        }
        return dialogue;
    }

    /** Tells everybody that this node is going, and when to come back, each at a time of its own. */
    public void sayBye() {
        Outgoing bye =
                new Outgoing(new Outbound.Bye(CloseCode.GOING_AWAY, true, EARLIEST_RETURN, LATEST_RETURN).text());
        dialogues.forEach(dialogue -> dialogue.connection().send(List.of(bye)));
    }

    /** Takes a user out of a room on this node, however often and by whatever client it is there. */
    public void remove(String user, RoomId room) {
        dialogues.forEach(dialogue -> dialogue.removed(user, room));
        rooms.closeTexts(room, user::equals, CloseCode.REMOVED);
    }

    /** Asks the policy again about everybody who is in a room on this node, and takes out who has lost the right. */
    public void recheck(RoomId room) {
        policies.forget(room);
        recheckAll(Set.of(room));
    }

    private void recheckAll() {
        Set<RoomId> all = new HashSet<>();
        dialogues.forEach(dialogue -> all.addAll(dialogue.rooms()));
        all.addAll(rooms.withTexts());
        recheckAll(all);
    }

    private void recheckAll(Set<RoomId> all) {
        for (RoomId room : all) {
            CompletableFuture<Decision> texts = policies.decide(Caller.ANONYMOUS, Action.JOIN, room);
            CompletableFuture<Void> unused = texts.thenAccept(decision -> {
                if (decision == Decision.DENIED) {
                    rooms.closeTexts(room, user -> true, CloseCode.POLICY);
                }
            });
            Queue<Dialogue> left = new ConcurrentLinkedQueue<>(dialogues);
            for (int i = 0; i < PolicyRunner.THREADS; i++) {
                recheck(room, left);
            }
        }
    }

    /** One after the other, so that many who are in a room do not ask all at once. */
    private static void recheck(RoomId room, Queue<Dialogue> left) {
        for (Dialogue next = left.poll(); next != null; next = left.poll()) {
            CompletableFuture<?> done = next.recheck(room);
            if (!done.isDone()) {
                CompletableFuture<?> unused = done.whenComplete((decision, never) -> recheck(room, left));
                return;
            }
        }
    }

    /** Somebody of whom no policy says whether it may stay in a room. */
    private record Unsure(Dialogue dialogue, RoomId room) {}

    /** It is asked again in a second. */
    void unsure(Dialogue dialogue, RoomId room) {
        unsure.add(new Unsure(dialogue, room));
    }

    void sure(Dialogue dialogue, RoomId room) {
        unsure.remove(new Unsure(dialogue, room));
    }

    void lookAfterAll() {
        long now = nanoTime.getAsLong();
        for (Unsure one : unsure) {
            CompletableFuture<?> unused = one.dialogue().recheck(one.room());
        }
        dialogues.forEach(dialogue -> {
            try {
                dialogue.lookAfter(now);
            } catch (Throwable oneOfMany) { // whatever is wrong with one, the others are looked after
                LOG.log(Level.ERROR, () -> dialogue.connection() + " could not be looked after", oneOfMany);
            }
        });
    }

    Rooms rooms() {
        return rooms;
    }

    Limits limits() {
        return limits;
    }

    Policies policies() {
        return policies;
    }

    Duration heartbeat() {
        return heartbeat;
    }

    Outgoing ping() {
        return PING;
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    /** Whether tokens prove something; or else everybody is who they say, and nobody whom a rule knows. */
    boolean verifies() {
        return verifier != null;
    }

    /** Whose token it is. Where none is verified it is the name itself. */
    TokenVerifier.Verdict verify(String token) {
        return verifier == null ? Visitors.named(token) : verifier.verify(token);
    }

    /** Somebody without a token, if such are let in: where none is verified. */
    TokenVerifier.Verdict visitor(@Nullable String name, String connection) {
        if (verifier != null) {
            return new TokenVerifier.Verdict.Rejected("no token");
        }
        return name == null ? new TokenVerifier.Verdict.Accepted(Visitors.guest(connection)) : Visitors.named(name);
    }

    /** The inbox of a user whom somebody vouches for. A visitor has none: whoever likes can say the name. */
    Optional<RoomId> inboxOf(Credential who) {
        return limits.inboxes() && who.source() != Credential.Source.VISITOR
                ? RoomId.inbox(who.user())
                : Optional.empty();
    }

    /** Counts a connection of a user in; false if there are enough already. */
    boolean countIn(Credential who) {
        return users.merge(who.identity(), 1, Integer::sum) <= limits.connectionsPerUser();
    }

    /** Each that was counted in, whether it was one too many or not, is counted out once. */
    void countOut(Credential who) {
        users.computeIfPresent(who.identity(), (user, connections) -> connections == 1 ? null : connections - 1);
    }
}
