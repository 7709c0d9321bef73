package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Json;
import dev.parley.protocol.Outbound;
import dev.parley.protocol.Utf8;
import dev.parley.room.JsonMember;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

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
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final Dialogues all;
    private final Connection connection;
    private final Pace pace;
    private final Line line;
    private final Answers answers;
    private final Authentication who;
    private final Memberships memberships;
    private final long openedAt;
    private volatile long pingedAt;

    Dialogue(Dialogues all, Connection connection, Predicate<Credential> renewal, Pace pace, boolean isListening) {
        this.all = all;
        this.connection = connection;
        this.pace = pace;
        this.line = new Line(connection, all.rooms().budget());
        this.answers = new Answers(connection);
        this.who = new Authentication(all, connection, answers, renewal, isListening);
        this.memberships = new Memberships(all, connection, line, who, answers);
        this.openedAt = all.nanoTime().getAsLong();
        this.pingedAt = openedAt;
    }

    Connection connection() {
        return connection;
    }

    Memberships memberships() {
        return memberships;
    }

    /** The handshake has told who it is. */
    void introduce(Verdict verdict) {
        attach(who.introduce(verdict));
    }

    private void attach(boolean isWelcome) {
        if (isWelcome) {
            memberships.attach();
        }
    }

    /** Takes a message of the client. */
    public void receive(String text) {
        receive(Inbound.parse(text), text.length());
    }

    private void receive(Inbound inbound, int length) {
        if (who.credential() == null) {
            if (inbound instanceof Inbound.Connect connect) {
                attach(who.connect(connect));
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
                answer(inbound);
            } else if (!line.take(length, () -> answer(inbound))) {
                answers.overloaded(inbound.id(), "an earlier message is not answered yet; try again");
            }
        } else if (pace.isAbused()) {
            connection.close(CloseCode.LIMIT_EXCEEDED);
        } else {
            answers.fail(inbound.id(), ErrorCode.RATE_LIMITED, tooFast);
        }
    }

    /** Takes the only message of a client that may be in a room and is not: something for that room, or about its past. */
    void receive(RoomId room, Inbound inbound, int length) {
        if (isKnown()) {
            memberships.speakIn(room);
            receive(inbound, length);
        }
    }

    /** Joins rooms for a client that listens and cannot ask for it. */
    void listen(List<Inbound.Join> joins) {
        if (isKnown()) {
            memberships.join(joins);
        }
    }

    /** Or else it is being closed. */
    private boolean isKnown() {
        return who.credential() != null && connection.isLive();
    }

    /** What is not waits for no policy; and checking a token may block, which only the container's thread may. */
    private static boolean isOfARoom(Inbound inbound) {
        return !(inbound instanceof Inbound.Connect
                || inbound instanceof Inbound.Refresh
                || inbound instanceof Inbound.Pong
                || inbound instanceof Inbound.Malformed);
    }

    private void answer(Inbound inbound) {
        if (inbound instanceof Inbound.Send send) {
            send(send);
        } else if (inbound instanceof Inbound.Signal signal) {
            signal(signal);
        } else if (inbound instanceof Inbound.Presence presence) {
            Json data = presence.data();
            memberships.whereMayBeSeen(presence.id(), presence.room(), data, member -> member.says(data.source()));
        } else if (inbound instanceof Inbound.Members members) {
            memberships.whereMayBeSeen(
                    members.id(),
                    members.room(),
                    null,
                    member -> member.tell(members.id(), members.after(), members.limit()));
        } else if (inbound instanceof Inbound.Join join) {
            memberships.join(List.of(join));
        } else if (inbound instanceof Inbound.Joins several) {
            memberships.join(several.each());
        } else if (inbound instanceof Inbound.Leave leave) {
            memberships.leave(leave);
        } else if (inbound instanceof Inbound.History history) {
            history(history);
        } else if (inbound instanceof Inbound.Refresh refresh) {
            who.refresh(refresh);
        } else if (inbound instanceof Inbound.Connect connect) {
            who.connectAgain(connect);
        } else if (inbound instanceof Inbound.Malformed malformed) {
            boolean isUnknown = malformed.flaw() == Inbound.Flaw.UNKNOWN_TYPE;
            ErrorCode code = isUnknown ? ErrorCode.UNKNOWN_TYPE : ErrorCode.BAD_MESSAGE;
            answers.fail(malformed.id(), code, null, malformed.flaw().sentence());
        }
        // A pong needs no answer: that something arrived has been noted.
    }

    private void send(Inbound.Send send) {
        RoomId room = memberships.where(send.id(), send.room());
        if (room != null) {
            memberships.ifAllowed(
                    send.id(), Action.SEND, room, send.data().source().length(), () -> moderate(send, room));
        }
    }

    private void moderate(Inbound.Send send, RoomId room) {
        CompletableFuture<Optional<dev.parley.Verdict>> verdict =
                all.policies().accept(who.caller(), room, send.data());
        line.await(verdict, send.data().source().length(), () -> say(send, room, verdict.join()));
    }

    private void say(Inbound.Send send, RoomId room, Optional<dev.parley.Verdict> verdict) {
        if (verdict.isEmpty()) {
            answers.undecided(send.id());
            return;
        }
        if (verdict.get() instanceof dev.parley.Verdict.Rejected rejected) {
            answers.reject(send.id(), rejected.code(), rejected.sentence());
            return;
        }
        String data = verdict.get() instanceof dev.parley.Verdict.Changed changed
                ? changed.data().raw()
                : send.data().source();
        JsonMember member = memberships.member(send.id(), room);
        if (member != null && data.length() > all.limits().messageBytes()) {
            answers.reject(send.id(), "too-big", "what a policy made of it is too long");
        } else if (member != null) {
            member.send(send.id(), originOf(who.known()), send.key(), send.after(), data);
        }
    }

    private static Draft.Origin originOf(Credential who) {
        return switch (who.source()) {
            case LOGIN -> Draft.Origin.LOGIN;
            case TOKEN -> Draft.Origin.TOKEN;
            case VISITOR -> Draft.Origin.VISITOR;
        };
    }

    /** A signal of which a policy has to be asked waits for the answer, as everything of a room does, and is then as late as that. */
    private void signal(Inbound.Signal signal) {
        String data = signal.data().source();
        RoomId room = memberships.where(signal.id(), signal.room());
        if (room != null && Utf8.length(data) > Inbound.Signal.MAX_BYTES) {
            String sentence = "a signal's data is at most " + Inbound.Signal.MAX_BYTES + " bytes";
            answers.fail(signal.id(), ErrorCode.TOO_BIG, null, sentence);
        } else if (room != null) {
            memberships.ifAllowed(signal.id(), Action.SIGNAL, room, data.length(), () -> {
                JsonMember member = memberships.member(signal.id(), room);
                if (member != null && !member.signal(data)) {
                    answers.overloaded(signal.id(), "too many signals are on their way");
                }
            });
        }
    }

    private void history(Inbound.History history) {
        RoomId room = memberships.named(history.id(), history.room());
        if (room != null) {
            memberships.ifAllowed(history.id(), Action.HISTORY, room, 0, () -> lookBack(history, room));
        }
    }

    private void lookBack(Inbound.History history, RoomId room) {
        String awaited = "history " + room;
        connection.expectAnswer(awaited); // so that a client that asks faster than it reads is not read from
        all.rooms()
                .past(room, history.before().orElse(Long.MAX_VALUE), history.limit())
                .whenComplete((past, failure) -> {
                    if (failure == null) {
                        connection.send(
                                new Outbound.History(history.id(), room.name(), past.messages(), past.more()).text());
                    } else {
                        answers.fail(history.id(), ErrorCode.BACKPLANE_UNAVAILABLE, Answers.UNDECIDED);
                    }
                    connection.answered(awaited);
                });
    }

    /** Called once a second. */
    void lookAfter(long now) {
        if (who.credential() == null) {
            if (now - openedAt > SILENCE.toNanos()) {
                connection.close(CloseCode.NOT_THIS_PROTOCOL);
            }
        } else if (now - pingedAt >= all.heartbeat().toNanos() - TimeUnit.SECONDS.toNanos(1)) {
            pingedAt = now;
            connection.send(List.of(Dialogues.PING));
        }
    }

    /** The connection has ended. */
    void ended() {
        line.end();
        who.ended();
        memberships.ended();
    }
}
