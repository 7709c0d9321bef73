package dev.parley.dialogue;

import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Outbound;
import dev.parley.room.JsonMember;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
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
 * <p>{@link #receive} is called by one thread at a time, the container's; everything else may come from any.
 */
public final class Dialogue {
    private static final Logger LOG = System.getLogger(Dialogue.class.getName());
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final Duration UNCHECKED =
            Duration.ofSeconds(5); // until what could not be checked may be tried again

    private final Dialogues all;
    private final Connection connection;
    private final Predicate<Credential> renewal;
    private final Pace pace;
    private final Map<RoomId, JsonMember> memberships = new ConcurrentHashMap<>();
    private final long openedAt;
    private volatile @Nullable Credential credential;
    private volatile long pingedAt;
    private volatile boolean isEnded;
    private final AtomicBoolean isCounted = new AtomicBoolean(); // among its user's connections
    private boolean wasToldByHandshake;

    Dialogue(Dialogues all, Connection connection, Predicate<Credential> renewal) {
        this.all = all;
        this.connection = connection;
        this.renewal = renewal;
        this.pace = new Pace(all.limits(), all.nanoTime());
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
        Inbound inbound = Inbound.parse(text);
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
        Duration tooFast = pace.of(inbound, text.length());
        if (tooFast.isZero()) {
            answer(who, inbound);
        } else if (pace.isAbused()) {
            connection.close(CloseCode.LIMIT_EXCEEDED);
        } else {
            fail(inbound.id(), ErrorCode.RATE_LIMITED, tooFast);
        }
    }

    private void answer(Credential who, Inbound inbound) {
        if (inbound instanceof Inbound.Send send) {
            send(who, send);
        } else if (inbound instanceof Inbound.Join join) {
            inRoom(join.id(), join.room(), (id, room) -> join(who, join, room));
        } else if (inbound instanceof Inbound.Leave leave) {
            inRoom(leave.id(), leave.room(), (id, room) -> leave(id, room));
        } else if (inbound instanceof Inbound.History history) {
            inRoom(history.id(), history.room(), (id, room) -> history(who, history, room));
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
            boolean isOneTooMany = !all.countIn(who);
            credential = who;
            isCounted.set(true);
            if (isEnded) {
                countOut();
            } else if (isOneTooMany) {
                connection.close(CloseCode.LIMIT_EXCEEDED);
            } else {
                connection.named(who.user(), who.source().toString());
                connection.expires(who.expires().orElse(null));
                connection.send(welcome(id, who).text());
            }
        } else {
            refuse(verdict);
        }
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
            credential = accepted.credential();
            connection.expires(accepted.credential().expires().orElse(null));
            connection.note("renewed its credential");
        }
        return verdict;
    }

    private void join(Credential who, Inbound.Join join, RoomId room) {
        if (!may(who, Right.JOIN, room)) {
            leave(room); // the right may have been lost since
            fail(join.id(), ErrorCode.FORBIDDEN, null);
            return;
        }
        JsonMember member = membership(room);
        if (member == null) {
            memberships.values().removeIf(JsonMember::isOut);
            if (memberships.size() >= all.limits().rooms()) {
                fail(join.id(), ErrorCode.TOO_MANY_ROOMS, null);
                return;
            }
            member = all.rooms().join(room, connection, who.user());
            memberships.put(room, member);
            if (isEnded) {
                member.ended();
            }
        }
        member.enter(
                join.id(),
                join.since(),
                join.presence() && may(who, Right.PRESENCE, room),
                join.since() == null || may(who, Right.HISTORY, room));
    }

    private void leave(@Nullable String id, RoomId room) {
        JsonMember member = memberships.remove(room);
        if (member == null || member.isOut()) {
            connection.send(new Outbound.Left(id, room.name()).text()); // it is out, which is what it wants
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

    private void send(Credential who, Inbound.Send send) {
        RoomId room = RoomId.parse(send.room()).orElse(null);
        JsonMember member = room == null ? null : membership(room);
        if (room == null || member == null) {
            fail(send.id(), room == null ? ErrorCode.BAD_ROOM : ErrorCode.NOT_JOINED, null);
        } else if (may(who, Right.SEND, room)) {
            member.send(send.id(), originOf(who), send.key(), send.data().source());
        } else {
            fail(send.id(), ErrorCode.FORBIDDEN, null);
        }
    }

    private void history(Credential who, Inbound.History history, RoomId room) {
        if (!may(who, Right.HISTORY, room)) {
            fail(history.id(), ErrorCode.FORBIDDEN, null);
            return;
        }
        String debt = "history " + room;
        connection.owe(debt); // so that a client that asks faster than it reads is not read from
        all.rooms()
                .past(room, history.before().orElse(Long.MAX_VALUE), history.limit())
                .whenComplete((past, failure) -> {
                    if (failure == null) {
                        connection.send(
                                new Outbound.History(history.id(), room.name(), past.messages(), past.more()).text());
                    } else {
                        fail(history.id(), ErrorCode.BACKPLANE_UNAVAILABLE, null);
                    }
                    connection.paid(debt);
                });
    }

    private void inRoom(@Nullable String id, String name, BiConsumer<@Nullable String, RoomId> what) {
        Optional<RoomId> room = RoomId.parse(name);
        if (room.isPresent()) {
            what.accept(id, room.get());
        } else {
            fail(id, ErrorCode.BAD_ROOM, null);
        }
    }

    private @Nullable JsonMember membership(RoomId room) {
        JsonMember member = memberships.get(room);
        return member == null || member.isOut() ? null : member;
    }

    private static Draft.Origin originOf(Credential who) {
        return switch (who.source()) {
            case LOGIN -> Draft.Origin.LOGIN;
            case TOKEN -> Draft.Origin.TOKEN;
            case VISITOR -> Draft.Origin.VISITOR;
        };
    }

    /** A rule knows nobody who only says who it is. */
    private boolean may(Credential who, Right right, RoomId room) {
        return all.permissions().allow(who.source() == Credential.Source.VISITOR ? null : who, right, room);
    }

    private void fail(@Nullable String id, ErrorCode code, @Nullable Duration after) {
        fail(id, code, after, code.sentence());
    }

    private void fail(@Nullable String id, ErrorCode code, @Nullable Duration after, String sentence) {
        connection.note("was answered with the error " + code.word());
        connection.send(new Outbound.Failure(id, code, after, sentence).text());
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
