package dev.parley.session;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Figures;
import dev.parley.connection.MessageBuffer;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.WebSocketException;
import dev.parley.node.Budget;
import dev.parley.node.Tracing;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.CloseStatus;
import dev.parley.protocol.Utf8;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way in, the same for all endpoints: what the container calls back about one session.
 * Parts become messages here, the size limit is enforced here, and whatever goes wrong ends here: a {@link WebSocketException}
 * with its close code, everything else with 1011. Nothing escapes to the container, because an exception closes the session on
 * Tomcat and Jetty, each with a code of its own, and not elsewhere.
 *
 * <p>The container calls back one at a time per session; {@link #closed} alone may come from any thread.
 */
final class Inlet {
    private static final Logger LOG = System.getLogger(Inlet.class.getName());

    /** How long the next frame of a peer may wait for the answer to the last one. */
    private static final Duration PATIENCE = Duration.ofMillis(50);

    /** How long a part of an incomplete message may wait for room. Short, because some servers read many sessions on one thread. */
    private static final Duration ROOM = Duration.ofMillis(50);

    private static final int SMALL = 4 * 1024; // from here on a message that is served is counted
    private static final int SERVED = 3; // times its size: itself, what is made of it, and that on its way out

    private final ConnectionManager connections;
    private final Budget budget;
    private final MessageBuffer buffer;

    // Volatile, because servers may call back on a thread of their choice: @OnOpen here, @OnMessage there.
    private volatile @Nullable Connection connection;
    private volatile Receiver receiver = message -> {};
    private volatile boolean isClosed;

    /** One for one session, whose messages have at most so many bytes, and come in a limited number of parts. */
    Inlet(ConnectionManager connections, int maxMessageBytes, int maxParts) {
        this.connections = connections;
        this.budget = connections.budget();
        this.buffer = new MessageBuffer(maxMessageBytes, maxParts, budget);
    }

    /** What an endpoint does with a new connection: it answers with what to do with each message. */
    @FunctionalInterface
    interface Opening<P> {
        Receiver open(P parameters, Connection connection, Handshake handshake);
    }

    /** Begins, if the gate let this session in; else closes it with 1008 and serves nothing on it. */
    <P extends Record> void open(Session session, Class<P> parameters, Opening<P> opening) {
        Optional<Handshake> handshake = Optional.empty();
        Optional<P> bound;
        Connection opened;
        Handshake known;
        try {
            handshake = Handshake.of(session);
            bound = handshake.flatMap(decided -> decided.open(parameters));
            if (bound.isEmpty()) {
                LOG.log(Level.WARNING, "a session came past the gate and is closed");
                handshake.ifPresent(Handshake::end);
                refuse(session);
                return;
            }
            opened = connections.accept(session);
            known = handshake.orElseThrow();
        } catch (Throwable e) {
            handshake.ifPresent(Handshake::end);
            notOpened(session, e);
            return;
        }
        connection = opened; // at once, because the close may come from another thread while the endpoint opens
        serve(opened, () -> {
            opened.gathers(buffer::held);
            opened.onEnd(buffer::end);
            follow(known, opened);
            Tracing.Origin origin = known.origin();
            opened.publishesFor(origin == null ? null : origin.linked());
            if (isClosed) {
                opened.gone();
            } else {
                receiver = opening.open(bound.orElseThrow(), opened, known);
            }
        });
    }

    /** The connection is that of the handshake, and ends it. */
    static void follow(Handshake handshake, Connection opened) {
        String user = handshake.credential().map(Credential::user).orElse("");
        opened.onEnd(() -> {
            if (opened.hasExceededLimit()) {
                handshake.throwOut();
            }
            handshake.end();
        });
        opened.whenClosed().whenComplete((closed, never) -> handshake.sessionClosed());
        String source =
                handshake.credential().map(who -> who.source().toString()).orElse("");
        opened.introduce(new Figures.Peer(user, source, handshake.address(), handshake.path()));
        opened.expires(handshake.credential().flatMap(Credential::expires).orElse(null));
        handshake.onRevoked(() -> opened.close(CloseCode.EXPIRED));
    }

    /** A part of a text message arrived. To be called by {@code @OnMessage}. */
    void text(String part, boolean last) {
        arrived(Utf8.length(part), last, () -> buffer.add(part, last));
    }

    /** A part of a binary message arrived, which may be accepted, or be the end. To be called by {@code @OnMessage}. */
    void binary(ByteBuffer part, boolean last) {
        Connection current = connection;
        if (current != null && current.isLive() && !receiver.takesBinary()) {
            current.close(CloseCode.NOT_ACCEPTED);
        }
        arrived(part.remaining(), last, () -> buffer.add(part, last));
    }

    private void arrived(int size, boolean last, Supplier<MessageBuffer.Gathered> gathering) {
        Connection current = live();
        if (current == null) {
            return;
        }
        serve(current, () -> {
            current.received(size, last);
            awaitRoom(last);
            MessageBuffer.Gathered gathered = gathering.get();
            if (gathered instanceof MessageBuffer.Gathered.Text whole) {
                counted(Math.max(size, whole.text().length()), () -> receiver.text(whole.text()));
                current.flush(PATIENCE);
            } else if (gathered instanceof MessageBuffer.Gathered.Binary whole) {
                counted(whole.bytes().length, () -> receiver.binary(whole.bytes()));
                current.flush(PATIENCE);
            } else if (gathered == MessageBuffer.Gathered.None.TOO_BIG) {
                current.close(CloseCode.TOO_BIG);
            }
        });
    }

    /** Whatever goes wrong, an {@link Error} too, ends here and with our words. */
    private static void serve(Connection current, Runnable service) {
        try {
            service.run();
        } catch (Throwable e) {
            failed(current, e);
        }
    }

    /** Whoever brings a part of a message that is not complete waits while too much is held; a whole message never does. */
    private void awaitRoom(boolean last) {
        if (!budget.isShort() || (last && !buffer.isGathering())) {
            return;
        }
        try {
            budget.awaitRoom(ROOM);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void counted(int size, Runnable service) {
        if (size < SMALL) {
            service.run();
            return;
        }
        long cost = SERVED * Budget.costOf(size);
        budget.hold(Budget.Use.INCOMING, cost);
        try {
            service.run();
        } finally {
            budget.release(Budget.Use.INCOMING, cost);
        }
    }

    /** To be called by {@code @OnMessage} for a {@code PongMessage}. */
    void pong() {
        Connection current = connection;
        if (current != null) {
            current.ponged();
        }
    }

    /** To be called by {@code @OnError}. */
    void failed(Throwable failure) {
        Connection current = connection;
        LOG.log(Level.DEBUG, () -> (current == null ? "a session" : current) + " failed: " + failure);
        // Nothing to do: what the container reports here, a close callback or the heartbeat follows up.
    }

    /** To be called by {@code @OnClose}. */
    void closed(CloseReason reason) {
        isClosed = true; // before the connection is looked at, as the opening does it the other way round
        Connection current = connection;
        if (current != null) {
            serve(current, () -> {
                current.gone();
                LOG.log(
                        Level.DEBUG, // concatenated, because a formatted number would be 4,999
                        () -> current + " closed with " + reason.getCloseCode().getCode());
            });
        }
    }

    /** The connection that a frame has just arrived on, if it is to be served. */
    private @Nullable Connection live() {
        Connection current = connection;
        if (current == null) {
            return null;
        }
        current.seen();
        return current.isLive() ? current : null;
    }

    private static void failed(Connection connection, Throwable failure) {
        if (failure instanceof WebSocketException refused) {
            connection.close(new CloseStatus.Own(refused.closeCode(), refused.reason()));
            return;
        }
        connection.close(CloseCode.INTERNAL_ERROR);
        report(connection + " is closed because of a fault of ours", failure);
    }

    /** Where there is no memory even for a line, the container must not hear of that. */
    private static void report(String what, Throwable fault) {
        try {
            LOG.log(Level.ERROR, () -> what, fault);
        } catch (Throwable unlogged) {
            // it is closed, and whoever watches memory sees the rest
        }
    }

    /** Where the client has gone meanwhile, servers throw whatever they are asked; else the fault is ours. */
    private static void notOpened(Session session, Throwable failure) {
        if (isOpen(session)) {
            close(session, CloseCode.INTERNAL_ERROR);
            report("a session cannot be opened because of a fault of ours", failure);
        } else {
            LOG.log(Level.DEBUG, () -> "a session ended before it was opened: " + failure);
        }
    }

    private static boolean isOpen(Session session) {
        try {
            return session.isOpen();
        } catch (Throwable alreadyClosed) {
            return false;
        }
    }

    private static void refuse(Session session) {
        close(session, CloseCode.POLICY);
    }

    private static void close(Session session, CloseCode code) {
        try {
            session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code.code()), code.reason()));
        } catch (Throwable alreadyClosed) {
            LOG.log(Level.DEBUG, () -> "a session that is not served could not be closed: " + alreadyClosed);
        }
    }
}
