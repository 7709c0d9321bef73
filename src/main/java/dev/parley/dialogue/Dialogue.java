package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Json;
import dev.parley.protocol.Outbound;
import dev.parley.protocol.Utf8;
import dev.parley.room.JsonMember;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The dialogue with one client.
 *
 * <pre>
 *   silent ──connect, or a token in the handshake──▶ known ──joins──▶ known, in rooms
 *     │ 10 s, or anything else
 *     ▼
 *   closed with 4503
 * </pre>
 *
 * <p>{@link #receive} is called by one thread at a time, the container's; everything else may come from any. While a policy is
 * asked, what comes next waits in the {@link Line}, whose thread then acts on it; so messages are acted on by one thread at a
 * time, in their order.
 */
public final class Dialogue {
    private static final Logger LOG = System.getLogger(Dialogue.class.getName());
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final Duration UNCHECKED =
            Duration.ofSeconds(5); // until what could not be checked may be tried again
    private static final Duration UNDECIDED = Duration.ofSeconds(1); // the same, of what no policy has answered
    private static final String TOO_MUCH_WAITS = "an earlier message is not answered yet; try again";
    private static final String NO_ANSWER = "whether it is allowed cannot be told just now; try again";

    private final Dialogues all;
    private final Connection connection;
    private final Predicate<Credential> renewal;
    private final Pace pace;
    private final Line line;
    private final Map<RoomId, JsonMember> memberships = new ConcurrentHashMap<>();
    private final long openedAt;
    private volatile @Nullable Credential credential;
    private volatile Caller caller = Caller.ANONYMOUS; // whom policies are asked about
    private volatile @Nullable RoomId inbox; // its user's, who stays the same
    private volatile long pingedAt;
    private volatile boolean isEnded;
    private final AtomicBoolean isCounted = new AtomicBoolean(); // among its user's connections
    private boolean wasToldByHandshake;
    private final boolean isListening; // or else it says one thing and goes
    private @Nullable JsonMember speaker; // in the one room that it speaks in without being there

    Dialogue(Dialogues all, Connection connection, Predicate<Credential> renewal, Pace pace, boolean isListening) {
        this.all = all;
        this.connection = connection;
        this.renewal = renewal;
        this.pace = pace;
        this.isListening = isListening;
        this.line = new Line(connection, all.rooms().budget());
        this.openedAt = all.nanoTime().getAsLong();
        this.pingedAt = openedAt;
    }

    Connection connection() {
        return connection;
    }

    /** The handshake has brought a token. */
    void introduce(String token) {
        wasToldByHandshake = true;
        welcome(null, all.verify(token));
    }

    /** The handshake has proved who it is. */
    void introduce(Credential known) {
        wasToldByHandshake = true;
        welcome(null, new Verdict.Accepted(known));
    }

    /** Takes a message of the client. */
    public void receive(String text) {
        receive(Inbound.parse(text), text.length());
    }

    private void receive(Inbound inbound, int length) {
        Credential who = credential;
        if (who == null) {
            if (inbound instanceof Inbound.Connect connect) {
                welcome(
                        connect.id(),
                        connect.token()
                                .map(all::verify)
                                .orElseGet(() -> all.visitor(connect.user().orElse(null), connection.id())));
            } else {
                connection.close(CloseCode.NOT_THIS_PROTOCOL);
            }
            return;
        }
        boolean isBehind;
        Duration tooFast;
        synchronized (pace) { // which who speaks without being connected has in common with others
            isBehind = pace.isBehindRefused(inbound, length);
            tooFast = isBehind ? Duration.ZERO : pace.of(inbound, length);
        }
        if (isBehind) {
            connection.send(Outbound.Failure.outOfOrder(inbound.id()).text());
        } else if (tooFast.isZero()) {
            if (line.isFree() || !isOfARoom(inbound)) {
                answer(who, inbound);
            } else if (!line.take(length, () -> answer(Objects.requireNonNull(credential), inbound))) {
                fail(inbound.id(), ErrorCode.OVERLOADED, UNDECIDED, TOO_MUCH_WAITS);
            }
        } else if (pace.isAbused()) {
            connection.close(CloseCode.LIMIT_EXCEEDED);
        } else {
            fail(inbound.id(), ErrorCode.RATE_LIMITED, tooFast);
        }
    }

    /** Takes the only message of a client that may be in a room and is not: something for that room, or about its past. */
    void receive(RoomId room, Inbound inbound, int length) {
        Credential who = credential;
        if (who != null && connection.isLive()) { // or else it is being closed
            speaker = all.rooms().speaker(room, connection, who.user());
            receive(inbound, length);
        }
    }

    /** What is not waits for no policy; and checking a token may block, which only the container's thread may. */
    private static boolean isOfARoom(Inbound inbound) {
        return inbound instanceof Inbound.Send
                || inbound instanceof Inbound.Signal
                || inbound instanceof Inbound.Presence
                || inbound instanceof Inbound.Members
                || inbound instanceof Inbound.Join
                || inbound instanceof Inbound.Joins
                || inbound instanceof Inbound.Leave
                || inbound instanceof Inbound.History;
    }

    private void answer(Credential who, Inbound inbound) {
        if (inbound instanceof Inbound.Send send) {
            send(send);
        } else if (inbound instanceof Inbound.Signal signal) {
            signal(signal);
        } else if (inbound instanceof Inbound.Presence presence) {
            whereMayBeSeen(
                    presence.id(),
                    presence.room(),
                    presence.data(),
                    member -> member.says(presence.data().source()));
        } else if (inbound instanceof Inbound.Members members) {
            whereMayBeSeen(
                    members.id(),
                    members.room(),
                    null,
                    member -> member.tell(members.id(), members.after(), members.limit()));
        } else if (inbound instanceof Inbound.Join join) {
            join(List.of(join));
        } else if (inbound instanceof Inbound.Joins several) {
            join(several.each());
        } else if (inbound instanceof Inbound.Leave leave) {
            inRoom(leave.id(), leave.room(), (id, room) -> leave(id, room));
        } else if (inbound instanceof Inbound.History history) {
            inRoom(history.id(), history.room(), (id, room) -> history(history, room));
        } else if (inbound instanceof Inbound.Refresh refresh) {
            refresh(who, refresh);
        } else if (inbound instanceof Inbound.Connect connect) {
            connectAgain(who, connect);
        } else if (inbound instanceof Inbound.Malformed malformed) {
            fail(
                    malformed.id(),
                    malformed.flaw() == Inbound.Flaw.UNKNOWN_TYPE ? ErrorCode.UNKNOWN_TYPE : ErrorCode.BAD_MESSAGE,
                    null,
                    malformed.flaw().sentence());
        }
        // A pong needs no answer: that something arrived has been noted.
    }

    private void welcome(@Nullable String id, Verdict verdict) {
        if (verdict instanceof Verdict.Accepted accepted) {
            Credential who = accepted.credential();
            if (!renewal.test(who)) { // or else its end is the connection's from now on
                connection.close(CloseCode.BAD_CREDENTIAL);
                return;
            }
            boolean isOneTooMany = isListening && !all.countIn(who);
            become(who);
            isCounted.set(isListening);
            if (isEnded) {
                countOut();
            } else if (isOneTooMany) {
                connection.close(CloseCode.LIMIT_EXCEEDED);
            } else {
                connection.named(who.user(), who.source().toString());
                connection.expires(who.expires().orElse(null));
                inbox = all.inboxOf(who).orElse(null);
                if (isListening) {
                    connection.send(welcome(id, who).text());
                    attach();
                }
            }
        } else {
            refuse(verdict);
        }
    }

    /** Lets it into its user's inbox, as if it had joined. */
    private void attach() {
        RoomId mine = inbox;
        if (mine != null) {
            joined(mine).attach();
        }
    }

    private void become(Credential who) {
        credential = who;
        caller = Policies.callerOf(who);
    }

    /** Whoever brought what nobody can check just now may come again; whoever brought what is not good need not. */
    private void refuse(Verdict verdict) {
        LOG.log(Level.DEBUG, "{0}: {1}", connection, verdict); // a credential says nothing of whose it is
        connection.close(verdict instanceof Verdict.Unavailable ? CloseCode.OVERLOADED : CloseCode.BAD_CREDENTIAL);
    }

    private Outbound welcome(@Nullable String id, Credential who) {
        Limits limits = all.limits();
        return new Outbound.Welcome(
                id,
                connection.id(),
                who.user(),
                Optional.ofNullable(inbox).map(RoomId::name),
                all.heartbeat(),
                who.expires(),
                lifeOf(who),
                new Outbound.Welcome.Limits(limits.messageBytes(), limits.messagesPerSecond(), limits.rooms()));
    }

    private static Optional<Duration> lifeOf(Credential who) {
        return who.expires().map(end -> Duration.between(Instant.now(), end));
    }

    /** A client that cannot know what its handshake carried may say once more who it is. What was proved there counts. */
    private void connectAgain(Credential who, Inbound.Connect connect) {
        if (!wasToldByHandshake) {
            fail(connect.id(), ErrorCode.ALREADY_CONNECTED, null);
            return;
        }
        wasToldByHandshake = false;
        String token = all.verifies() ? connect.token().orElse(null) : null;
        Verdict verdict = token == null ? new Verdict.Accepted(who) : renewed(who, token);
        if (verdict instanceof Verdict.Accepted accepted) {
            connection.send(welcome(connect.id(), accepted.credential()).text());
        } else {
            refuse(verdict);
        }
    }

    private void refresh(Credential who, Inbound.Refresh refresh) {
        Verdict verdict = renewed(who, refresh.token());
        if (verdict instanceof Verdict.Accepted accepted) {
            Credential next = accepted.credential();
            connection.send(new Outbound.Refreshed(refresh.id(), next.expires(), lifeOf(next)).text());
        } else if (verdict instanceof Verdict.Unavailable) {
            fail(refresh.id(), ErrorCode.OVERLOADED, UNCHECKED, "the credential cannot be checked just now; try again");
        } else {
            fail(refresh.id(), ErrorCode.BAD_CREDENTIAL, null);
        }
    }

    /** Takes the token in place of the credential, if it is one of the same user. */
    private Verdict renewed(Credential who, String token) {
        Verdict verdict = all.verify(token);
        if (verdict instanceof Verdict.Accepted accepted) {
            if (!accepted.credential().identity().equals(who.identity()) || !renewal.test(accepted.credential())) {
                return new Verdict.Rejected("somebody else's");
            }
            become(accepted.credential());
            connection.expires(accepted.credential().expires().orElse(null));
            connection.note("renewed its credential");
        }
        return verdict;
    }

    private record Entering(Inbound.Join join, RoomId room) {}

    /** Joins rooms for a client that listens and cannot ask for it. */
    void listen(List<Inbound.Join> joins) {
        if (credential != null && connection.isLive()) { // or else it is being closed
            join(joins);
        }
    }

    private void join(List<Inbound.Join> joins) {
        List<Entering> entering = new ArrayList<>();
        for (Inbound.Join join : joins) {
            RoomId room = named(join.room()).orElse(null);
            if (room == null) {
                fail(join.id(), ErrorCode.BAD_ROOM, null);
            } else if (!isTooLong(join.id(), join.data())) {
                entering.add(new Entering(join, room));
            }
        }
        CompletableFuture<Map<RoomId, Decision>> in = may(Action.JOIN, entering, join -> true);
        CompletableFuture<Map<RoomId, Decision>> presence = may(Action.PRESENCE, entering, Inbound.Join::presence);
        CompletableFuture<Map<RoomId, Decision>> past = may(Action.HISTORY, entering, join -> join.since() != null);
        int said = entering.stream()
                .map(one -> one.join().data())
                .mapToInt(data -> data == null ? 0 : data.source().length())
                .sum();
        line.await(
                CompletableFuture.allOf(in, presence, past),
                said,
                () -> entering.forEach(one -> enter(
                        one.join(),
                        one.room(),
                        Objects.requireNonNull(in.join().get(one.room())),
                        one.join().presence() ? presence.join().get(one.room()) : null,
                        one.join().since() == null ? null : past.join().get(one.room()))));
    }

    private CompletableFuture<Map<RoomId, Decision>> may(
            Action action, List<Entering> entering, Predicate<Inbound.Join> asks) {
        Set<RoomId> rooms = entering.stream()
                .filter(one -> asks.test(one.join()))
                .map(Entering::room)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return Policies.inTurn(rooms, room -> may(action, room));
    }

    /** With the decisions that it takes; null for what is not asked for. */
    private void enter(
            Inbound.Join join, RoomId room, Decision in, @Nullable Decision presence, @Nullable Decision past) {
        if (in == Decision.DENIED) {
            leave(room); // the right may have been lost since
        }
        if (isRefused(join.id(), in)) {
            return;
        }
        if (presence == Decision.UNKNOWN || past == Decision.UNKNOWN) {
            fail(join.id(), ErrorCode.OVERLOADED, UNDECIDED, NO_ANSWER); // or it would be told that something is lost
            return;
        }
        JsonMember member = membership(room);
        if (member == null) {
            memberships.values().removeIf(JsonMember::isOut);
            if (rooms().size() >= all.limits().rooms() && !room.isInbox()) {
                fail(join.id(), ErrorCode.TOO_MANY_ROOMS, null);
                return;
            }
            member = joined(room);
        }
        if (join.data() != null && presence == Decision.ALLOWED) {
            member.says(join.data().source());
        }
        member.enter(
                join.id(),
                join.since(),
                presence == Decision.ALLOWED,
                join.since() == null || past == Decision.ALLOWED);
    }

    /** Whether what somebody says of itself is too long, and has been answered so. */
    private boolean isTooLong(@Nullable String id, @Nullable Json data) {
        boolean isTooLong = data != null && Utf8.length(data.source()) > Inbound.Presence.MAX_BYTES;
        if (isTooLong) {
            fail(id, ErrorCode.TOO_BIG, null, "presence data is at most " + Inbound.Presence.MAX_BYTES + " bytes");
        }
        return isTooLong;
    }

    /** In a room that it is in, and where it may see who else is: whoever is told of others may be seen with more than a name. */
    private void whereMayBeSeen(@Nullable String id, String name, @Nullable Json data, Consumer<JsonMember> what) {
        RoomId room = named(name).orElse(null);
        if (isTooLong(id, data)) {
            return;
        }
        if (room == null || membership(room) == null) {
            fail(id, room == null ? ErrorCode.BAD_ROOM : ErrorCode.NOT_JOINED, null);
            return;
        }
        CompletableFuture<Decision> may = may(Action.PRESENCE, room);
        line.await(may, data == null ? 0 : data.source().length(), () -> {
            JsonMember member = membership(room);
            if (isRefused(id, may.join())) {
                return;
            }
            if (member == null) {
                fail(id, ErrorCode.NOT_JOINED, null);
            } else {
                what.accept(member);
            }
        });
    }

    private JsonMember joined(RoomId room) {
        Credential who = Objects.requireNonNull(credential, "who joins has said who it is");
        JsonMember member = all.rooms().join(room, connection, who.user());
        memberships.put(room, member);
        if (isEnded) {
            member.ended();
        }
        return member;
    }

    private void leave(@Nullable String id, RoomId room) {
        JsonMember member = memberships.remove(room);
        if (member == null || member.isOut()) {
            connection.send(new Outbound.Left(id, room.name(), null).text()); // it is out, which is what it wants
        } else {
            member.leave(id);
        }
    }

    /** Takes it out of a room without a word. */
    private void leave(RoomId room) {
        JsonMember member = memberships.remove(room);
        if (member != null) {
            member.leave();
        }
    }

    private void send(Inbound.Send send) {
        RoomId room = named(send.room()).orElse(null);
        if (room == null || membership(room) == null) {
            fail(send.id(), room == null ? ErrorCode.BAD_ROOM : ErrorCode.NOT_JOINED, null);
            return;
        }
        CompletableFuture<Decision> may = may(Action.SEND, room);
        line.await(may, send.data().source().length(), () -> moderate(send, room, may.join()));
    }

    private void moderate(Inbound.Send send, RoomId room, Decision may) {
        if (isRefused(send.id(), may)) {
            return;
        }
        CompletableFuture<Optional<dev.parley.Verdict>> verdict = all.policies().accept(caller, room, send.data());
        line.await(verdict, send.data().source().length(), () -> say(send, room, verdict.join()));
    }

    private void say(Inbound.Send send, RoomId room, Optional<dev.parley.Verdict> verdict) {
        JsonMember member = membership(room);
        String data = send.data().source();
        if (verdict.isPresent() && verdict.get() instanceof dev.parley.Verdict.Changed changed) {
            data = changed.data().raw();
        }
        if (verdict.isEmpty()) {
            fail(send.id(), ErrorCode.OVERLOADED, UNDECIDED, NO_ANSWER);
        } else if (verdict.get() instanceof dev.parley.Verdict.Rejected rejected) {
            reject(send.id(), rejected.code(), rejected.sentence());
        } else if (member == null) {
            fail(send.id(), ErrorCode.NOT_JOINED, null); // it has been taken out meanwhile
        } else if (data.length() > all.limits().messageBytes()) {
            reject(send.id(), "too-big", "what a policy made of it is too long");
        } else {
            Credential who = Objects.requireNonNull(credential, "a member has said who it is");
            member.send(send.id(), originOf(who), send.key(), send.after(), data);
        }
    }

    /** A signal of which a policy has to be asked waits for the answer, as everything of a room does, and is then as late as that. */
    private void signal(Inbound.Signal signal) {
        RoomId room = named(signal.room()).orElse(null);
        if (room == null || membership(room) == null) {
            fail(signal.id(), room == null ? ErrorCode.BAD_ROOM : ErrorCode.NOT_JOINED, null);
        } else if (Utf8.length(signal.data().source()) > Inbound.Signal.MAX_BYTES) {
            fail(
                    signal.id(),
                    ErrorCode.TOO_BIG,
                    null,
                    "a signal's data is at most " + Inbound.Signal.MAX_BYTES + " bytes");
        } else {
            CompletableFuture<Decision> may = may(Action.SIGNAL, room);
            line.await(may, signal.data().source().length(), () -> signal(signal, room, may.join()));
        }
    }

    private void signal(Inbound.Signal signal, RoomId room, Decision may) {
        JsonMember member = membership(room);
        if (isRefused(signal.id(), may)) {
            return;
        }
        if (member == null) {
            fail(signal.id(), ErrorCode.NOT_JOINED, null);
        } else if (!member.signal(signal.data().source())) {
            fail(signal.id(), ErrorCode.OVERLOADED, UNDECIDED, "too many signals are on their way");
        }
    }

    private void reject(@Nullable String id, String reason, String sentence) {
        connection.note("had a message rejected: " + reason);
        connection.send(new Outbound.Rejected(id, reason, sentence).text());
    }

    private void history(Inbound.History history, RoomId room) {
        CompletableFuture<Decision> may = may(Action.HISTORY, room);
        line.await(may, 0, () -> lookBack(history, room, may.join()));
    }

    private void lookBack(Inbound.History history, RoomId room, Decision may) {
        if (isRefused(history.id(), may)) {
            return;
        }
        String awaited = "history " + room;
        connection.expectAnswer(awaited); // so that a client that asks faster than it reads is not read from
        all.rooms()
                .past(room, history.before().orElse(Long.MAX_VALUE), history.limit())
                .whenComplete((past, failure) -> {
                    if (failure == null) {
                        connection.send(
                                new Outbound.History(history.id(), room.name(), past.messages(), past.more()).text());
                    } else {
                        fail(history.id(), ErrorCode.BACKPLANE_UNAVAILABLE, UNDECIDED);
                    }
                    connection.answered(awaited);
                });
    }

    private void inRoom(@Nullable String id, String name, BiConsumer<@Nullable String, RoomId> what) {
        Optional<RoomId> room = named(name);
        if (room.isPresent()) {
            what.accept(id, room.get());
        } else {
            fail(id, ErrorCode.BAD_ROOM, null);
        }
    }

    /** Which room a client means; of all inboxes it can name its own alone. */
    private Optional<RoomId> named(String name) {
        RoomId mine = inbox;
        return mine != null && mine.name().equals(name) ? Optional.of(mine) : RoomId.parse(name);
    }

    private @Nullable JsonMember membership(RoomId room) {
        JsonMember member = memberships.getOrDefault(room, speaker);
        return member == null || member.isOut() ? null : member;
    }

    private static Draft.Origin originOf(Credential who) {
        return switch (who.source()) {
            case LOGIN -> Draft.Origin.LOGIN;
            case TOKEN -> Draft.Origin.TOKEN;
            case VISITOR -> Draft.Origin.VISITOR;
        };
    }

    private CompletableFuture<Decision> may(Action action, RoomId room) {
        if (room.equals(inbox) && (action == Action.JOIN || action == Action.HISTORY)) {
            return all.policies().allowed();
        }
        return all.policies().decide(caller, action, room);
    }

    /** Whether it is not allowed, and has been answered so. */
    private boolean isRefused(@Nullable String id, Decision decision) {
        if (decision == Decision.DENIED) {
            fail(id, ErrorCode.FORBIDDEN, null);
        } else if (decision == Decision.UNKNOWN) {
            fail(id, ErrorCode.OVERLOADED, UNDECIDED, NO_ANSWER);
        }
        return decision != Decision.ALLOWED;
    }

    private void fail(@Nullable String id, ErrorCode code, @Nullable Duration after) {
        fail(id, code, after, code.sentence());
    }

    private void fail(@Nullable String id, ErrorCode code, @Nullable Duration after, String sentence) {
        connection.note("was answered with the error " + code.word());
        connection.send(new Outbound.Failure(id, code, after, sentence).text());
    }

    /** The rooms that it is in, without its inbox. */
    Set<RoomId> rooms() {
        return memberships.keySet().stream().filter(room -> !room.isInbox()).collect(Collectors.toSet());
    }

    /** Is taken out of a room, if it is that user's and is there. */
    void removed(String user, RoomId room) {
        Credential who = credential;
        if (who != null && who.user().equals(user)) {
            remove(room, Outbound.Left.REMOVED);
        }
    }

    private void remove(RoomId room, String reason) {
        JsonMember member = memberships.remove(room);
        if (member != null) {
            member.remove(reason);
        }
    }

    /** Is taken out of a room that it may not be in any more; done when that is known. Where nobody knows, it is asked again. */
    CompletableFuture<?> recheck(RoomId room) {
        if (isEnded || !memberships.containsKey(room)) {
            all.sure(this, room);
            return all.policies().denied();
        }
        CompletableFuture<Decision> may = may(Action.JOIN, room);
        if (may.isDone()) {
            rechecked(room, may.join());
            return may;
        }
        return may.thenAccept(decision -> rechecked(room, decision));
    }

    private void rechecked(RoomId room, Decision mayStay) {
        if (mayStay == Decision.UNKNOWN) {
            all.unsure(this, room);
        } else {
            all.sure(this, room);
        }
        if (mayStay == Decision.DENIED) {
            remove(room, Outbound.Left.FORBIDDEN);
        }
    }

    /** Called once a second. */
    void lookAfter(long now) {
        Credential who = credential;
        if (who == null) {
            if (now - openedAt > SILENCE.toNanos()) {
                connection.close(CloseCode.NOT_THIS_PROTOCOL);
            }
        } else if (now - pingedAt >= all.heartbeat().toNanos() - TimeUnit.SECONDS.toNanos(1)) {
            pingedAt = now;
            connection.send(List.of(all.ping()));
        }
    }

    /** The connection has ended. */
    void ended() {
        isEnded = true;
        line.end();
        countOut();
        memberships.values().forEach(JsonMember::ended);
    }

    private void countOut() {
        Credential who = credential;
        if (who != null && isCounted.compareAndSet(true, false)) {
            all.countOut(who);
        }
    }
}
