package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Outbound;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who one client is: nobody, until the handshake or a {@code connect} has told; then always the same user, whose credential may be
 * renewed. What may block is called by the container's thread alone; the rest is thread-safe.
 */
final class Authentication {
    private static final Logger LOG = System.getLogger(Authentication.class.getName());
    private static final Duration UNCHECKED =
            Duration.ofSeconds(5); // until what could not be checked may be tried again

    private final Dialogues all;
    private final Connection connection;
    private final Answers answers;
    private final Predicate<Credential> renewal;
    private final boolean isListening; // or else it says one thing and goes
    private volatile @Nullable Credential credential;
    private volatile Caller caller = Caller.ANONYMOUS; // whom policies are asked about
    private volatile @Nullable RoomId inbox; // its user's, who stays the same
    private final AtomicBoolean isCounted = new AtomicBoolean(); // among its user's connections
    private boolean wasToldByHandshake;

    Authentication(
            Dialogues all, Connection connection, Answers answers, Predicate<Credential> renewal, boolean isListening) {
        this.all = all;
        this.connection = connection;
        this.answers = answers;
        this.renewal = renewal;
        this.isListening = isListening;
    }

    @Nullable
    Credential credential() {
        return credential;
    }

    /** The same, of somebody who has said who it is. */
    Credential known() {
        return Objects.requireNonNull(credential, "it has said who it is");
    }

    Caller caller() {
        return caller;
    }

    @Nullable
    RoomId inbox() {
        return inbox;
    }

    /** Whether it may do something in a room. */
    CompletableFuture<Decision> may(Action action, RoomId room) {
        if (room.equals(inbox) && (action == Action.JOIN || action == Action.HISTORY)) {
            return all.policies().allowed();
        }
        return all.policies().decide(caller, action, room);
    }

    /** The handshake has told who it is; whether it has been welcomed. */
    boolean introduce(Verdict verdict) {
        wasToldByHandshake = true;
        return welcome(null, verdict);
    }

    /** It says who it is, for the first time; whether it has been welcomed. */
    boolean connect(Inbound.Connect connect) {
        return welcome(
                connect.id(),
                connect.token()
                        .map(all::verify)
                        .orElseGet(() -> all.visitor(connect.user().orElse(null), connection.id())));
    }

    private boolean welcome(@Nullable String id, Verdict verdict) {
        if (!(verdict instanceof Verdict.Accepted accepted)) {
            refuse(verdict);
            return false;
        }
        Credential who = accepted.credential();
        if (!renewal.test(who)) { // or else its end is the connection's from now on
            connection.close(CloseCode.BAD_CREDENTIAL);
            return false;
        }
        boolean isOneTooMany = isListening && !all.countIn(who);
        become(who);
        isCounted.set(isListening);
        if (!connection.isLive()) {
            countOut();
            return false;
        }
        if (isOneTooMany) {
            connection.close(CloseCode.LIMIT_EXCEEDED);
            return false;
        }
        connection.named(who.user(), who.source().toString());
        connection.expires(who.expires().orElse(null));
        inbox = all.inboxOf(who).orElse(null);
        if (isListening) {
            sendWelcome(id, who);
        }
        return isListening;
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

    private void sendWelcome(@Nullable String id, Credential who) {
        Limits limits = all.limits();
        connection.send(new Outbound.Welcome(
                        id,
                        connection.id(),
                        who.user(),
                        Optional.ofNullable(inbox).map(RoomId::name),
                        all.heartbeat(),
                        who.expires(),
                        lifeOf(who),
                        new Outbound.Welcome.Limits(limits.messageBytes(), limits.messagesPerSecond(), limits.rooms()))
                .text());
    }

    private static Optional<Duration> lifeOf(Credential who) {
        return who.expires().map(end -> Duration.between(Instant.now(), end));
    }

    /** A client that cannot know what its handshake carried may say once more who it is. What was proved there counts. */
    void connectAgain(Inbound.Connect connect) {
        if (!wasToldByHandshake) {
            answers.fail(connect.id(), ErrorCode.ALREADY_CONNECTED, null);
            return;
        }
        wasToldByHandshake = false;
        String token = all.verifies() ? connect.token().orElse(null) : null;
        Verdict verdict = token == null ? new Verdict.Accepted(known()) : renewed(token);
        if (verdict instanceof Verdict.Accepted accepted) {
            sendWelcome(connect.id(), accepted.credential());
        } else {
            refuse(verdict);
        }
    }

    void refresh(Inbound.Refresh refresh) {
        Verdict verdict = renewed(refresh.token());
        if (verdict instanceof Verdict.Accepted accepted) {
            Credential next = accepted.credential();
            connection.send(new Outbound.Refreshed(refresh.id(), next.expires(), lifeOf(next)).text());
        } else if (verdict instanceof Verdict.Unavailable) {
            String sentence = "the credential cannot be checked just now; try again";
            answers.fail(refresh.id(), ErrorCode.OVERLOADED, UNCHECKED, sentence);
        } else {
            answers.fail(refresh.id(), ErrorCode.BAD_CREDENTIAL, null);
        }
    }

    /** Takes the token in place of the credential, if it is one of the same user. */
    private Verdict renewed(String token) {
        Verdict verdict = all.verify(token);
        if (verdict instanceof Verdict.Accepted accepted) {
            Credential next = accepted.credential();
            if (!next.identity().equals(known().identity()) || !renewal.test(next)) {
                return new Verdict.Rejected("somebody else's");
            }
            become(next);
            connection.expires(next.expires().orElse(null));
            connection.note("renewed its credential");
        }
        return verdict;
    }

    /** Its connection has ended. */
    void ended() {
        countOut();
    }

    private void countOut() {
        Credential who = credential;
        if (who != null && isCounted.compareAndSet(true, false)) {
            all.countOut(who);
        }
    }
}
