package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Verdict;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Json;
import dev.parley.room.Rooms;
import dev.parley.room.Seat;
import dev.parley.room.TextMember;
import dev.parley.room.Window;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The dialogue with one text client. Its name proves nothing, so it may do what anonymous callers may; who may
 * not is closed with 1008. {@link #receive} is called by one thread at a time, the container's.
 */
public final class TextDialogue {
    private final Policies policies;
    private final Rooms rooms;
    private final Connection connection;
    private final RoomId room;
    private final Window window;
    private final Line line;
    private volatile boolean maySpeak; // as it was last told
    private @Nullable TextMember member; // the line's

    /** Begins it: the client comes in, if it may. */
    public TextDialogue(
            Policies policies, Rooms rooms, Connection connection, RoomId room, Seat seat, String user, Window window) {
        this.window = window;
        this.policies = policies;
        this.rooms = rooms;
        this.connection = connection;
        this.room = room;
        this.line = new Line(connection, rooms.budget());
        connection.onEnd(line::end);
        CompletableFuture<Decision> in = may(Action.JOIN);
        CompletableFuture<Decision> speaks = may(Action.SEND);
        line.await(CompletableFuture.allOf(in, speaks), 0, () -> enter(in.join(), speaks.join(), seat, user));
    }

    private CompletableFuture<Decision> may(Action action) {
        return policies.decide(Caller.ANONYMOUS, action, room);
    }

    private void enter(Decision in, Decision speaks, Seat seat, String user) {
        if (isRefused(in)) {
            return;
        }
        maySpeak = speaks == Decision.ALLOWED;
        connection.named(user);
        if (connection.isLive()) { // or else it was kept out, and nobody reads that it left
            member = rooms.join(seat, connection, user, window, this::maySpeak);
        }
    }

    private boolean isRefused(Decision decision) {
        if (decision != Decision.ALLOWED) {
            connection.close(decision == Decision.DENIED ? CloseCode.POLICY : CloseCode.OVERLOADED);
        }
        return decision != Decision.ALLOWED;
    }

    /** Whether it may, as far as that is known without waiting. */
    private boolean maySpeak() {
        CompletableFuture<Decision> now = may(Action.SEND);
        return now.isDone() ? now.join() == Decision.ALLOWED : maySpeak;
    }

    /** Takes a message of the client. */
    public void receive(String text) {
        if (line.isFree()) {
            speak(text);
        } else if (!line.take(text.length(), () -> speak(text))) {
            connection.close(CloseCode.OVERLOADED);
        }
    }

    private void speak(String text) {
        if (member == null) {
            return;
        }
        CompletableFuture<Decision> may = may(Action.SEND);
        line.await(may, text.length(), () -> moderate(text, may.join()));
    }

    private void moderate(String text, Decision may) {
        maySpeak = may == Decision.ALLOWED;
        if (isRefused(may)) {
            return;
        }
        if (!policies.isModerated()) {
            say(text);
            return;
        }
        StringBuilder quoted = new StringBuilder();
        Json.quote(text, quoted);
        CompletableFuture<Optional<Verdict>> verdict = policies.accept(
                Caller.ANONYMOUS, room, Json.parse(quoted.toString()).orElseThrow());
        line.await(verdict, text.length(), () -> judged(text, verdict.join()));
    }

    private void judged(String text, Optional<Verdict> verdict) {
        if (verdict.isEmpty()) {
            connection.close(CloseCode.OVERLOADED);
        } else if (verdict.get() instanceof Verdict.Rejected rejected) {
            connection.send(rejected.sentence());
        } else if (verdict.get() instanceof Verdict.Changed changed) {
            String raw = changed.data().raw();
            say(Json.parse(raw).flatMap(Json::string).orElse(raw));
        } else {
            say(text);
        }
    }

    private void say(String text) {
        if (member != null) {
            member.say(text);
        }
    }
}
