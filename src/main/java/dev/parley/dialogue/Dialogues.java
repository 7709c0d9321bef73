package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Network;
import dev.parley.handshake.TokenVerifier;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import dev.parley.room.Rooms;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
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
import java.util.stream.Stream;
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
    private static final int MAX_SPEAKERS = 10_000;
    private static final long SPEAKER_NANOS = Duration.ofMinutes(1).toNanos(); // by then all of a pace is there again
    static final Outgoing PING = new Outgoing(new Outbound.Ping().text());

    private final Rooms rooms;
    private final @Nullable TokenVerifier verifier;
    private final Policies policies;
    private final Limits limits;
    private final Duration heartbeat;
    private final LongSupplier nanoTime;

    private final Map<String, Speaker> speakers = new ConcurrentHashMap<>(); // who said something lately
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
        return open(connection, proven, token, renewal, new Pace(limits, nanoTime), true);
    }

    private Dialogue open(
            Connection connection,
            Optional<Credential> proven,
            Optional<String> token,
            Predicate<Credential> renewal,
            Pace pace,
            boolean isListening) {
        Dialogue dialogue = new Dialogue(this, connection, renewal, pace, isListening);
        dialogues.add(dialogue);
        connection.onEnd(() -> {
            dialogues.remove(dialogue);
            dialogue.ended();
        });
        proven.<TokenVerifier.Verdict>map(TokenVerifier.Verdict.Accepted::new)
                .or(() -> token.map(this::verify))
                .ifPresent(dialogue::introduce);
        return dialogue;
    }

    /**
     * Begins one with somebody who can only listen, and joins the rooms for it; its user's inbox, too, where it was.
     *
     * @param proven as above; a visitor without a name, if nothing was proved
     * @param since where it was in rooms when it left
     */
    public void listen(
            Connection connection,
            Optional<Credential> proven,
            Collection<RoomId> rooms,
            Map<String, Mark> since,
            boolean presence,
            Predicate<Credential> renewal) {
        Dialogue dialogue = begin(connection, proven, renewal, new Pace(limits, nanoTime), true);
        dialogue.listen(Stream.concat(
                        proven.flatMap(this::inboxOf).filter(inbox -> since.containsKey(inbox.name())).stream(),
                        rooms.stream())
                .map(room ->
                        new Inbound.Join(null, room.name(), since.get(room.name()), presence && !room.isInbox(), null))
                .toList());
    }

    /** One with somebody whom the handshake has proved to be who it is, or else with a visitor, who does not say so. */
    private Dialogue begin(
            Connection connection,
            Optional<Credential> proven,
            Predicate<Credential> renewal,
            Pace pace,
            boolean isListening) {
        Dialogue dialogue = open(connection, proven, Optional.empty(), renewal, pace, isListening);
        if (proven.isEmpty()) {
            dialogue.receive("{\"type\":\"connect\"}");
        }
        return dialogue;
    }

    /**
     * Has somebody say one thing in a room where it may be; the answer is its connection's. Its pace is that of all who come so, of
     * this user or from this address, and of nobody who is connected.
     *
     * @param said a {@code send} or {@code history} of that room
     * @param length of it, in characters
     */
    public void say(
            Connection connection,
            Optional<Credential> proven,
            RoomId room,
            Inbound said,
            int length,
            Predicate<Credential> renewal) {
        String address = connection.peer().address();
        String speaker = proven.map(who -> who.identity().toString())
                .or(() -> Network.parse(address).map(from -> from.household().toString()))
                .orElse(address);
        begin(connection, proven, renewal, paceOf(speaker), false).receive(room, said, length);
    }

    /** Where there are too many, the rest share one. */
    private Pace paceOf(String speaker) {
        String known = speakers.size() < MAX_SPEAKERS || speakers.containsKey(speaker) ? speaker : "";
        return speakers.compute(
                        known,
                        (same, before) -> new Speaker(
                                before == null ? new Pace(limits, nanoTime) : before.pace(), nanoTime.getAsLong()))
                .pace();
    }

    /** Tells everybody that this node is going, and when to come back, each at a time of its own. */
    public void sayBye() {
        Outgoing bye =
                new Outgoing(new Outbound.Bye(CloseCode.GOING_AWAY, true, EARLIEST_RETURN, LATEST_RETURN).text());
        dialogues.forEach(dialogue -> dialogue.connection().send(List.of(bye)));
    }

    /** Takes a user out of a room on this node, however often and by whatever client it is there. */
    public void remove(String user, RoomId room) {
        dialogues.forEach(dialogue -> dialogue.memberships().removed(user, room));
        rooms.closeTexts(room, user::equals, CloseCode.REMOVED);
    }

    /** Asks the policy again about everybody who is in a room on this node, and takes out who has lost the right. */
    public void recheck(RoomId room) {
        policies.forget(room);
        recheckAll(Set.of(room));
    }

    private void recheckAll() {
        Set<RoomId> all = new HashSet<>();
        dialogues.forEach(dialogue -> all.addAll(dialogue.memberships().rooms()));
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
            CompletableFuture<?> done = next.memberships().recheck(room);
            if (!done.isDone()) {
                CompletableFuture<?> unused = done.whenComplete((decision, never) -> recheck(room, left));
                return;
            }
        }
    }

    /** Somebody who says things without being connected: how fast, and when the last time. */
    private record Speaker(Pace pace, long spokeAt) {}

    /** Somebody of whom no policy says whether it may stay in a room. */
    private record Unsure(Memberships client, RoomId room) {}

    /** It is asked again in a second. */
    void unsure(Memberships client, RoomId room) {
        unsure.add(new Unsure(client, room));
    }

    void sure(Memberships client, RoomId room) {
        unsure.remove(new Unsure(client, room));
    }

    void lookAfterAll() {
        long now = nanoTime.getAsLong();
        speakers.values().removeIf(speaker -> now - speaker.spokeAt() > SPEAKER_NANOS);
        for (Unsure one : unsure) {
            CompletableFuture<?> unused = one.client().recheck(one.room());
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

    LongSupplier nanoTime() {
        return nanoTime;
    }

    /** Whether tokens prove something; or else everybody is who they say, and nobody whom a rule knows. */
    public boolean verifies() {
        return verifier != null;
    }

    /** Whose token it is. Where none is verified it is the name itself. */
    public TokenVerifier.Verdict verify(String token) {
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
