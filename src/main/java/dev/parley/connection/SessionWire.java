package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * The wire over a Jakarta session, by the specification alone: one message a call. What differs between servers when they are
 * written to is neutralised here.
 */
final class SessionWire implements Wire {
    /** Tomcat's own limit for calls that block (pings, closes); other servers ignore the key. Milliseconds, a Long. */
    private static final String TOMCAT_BLOCKING_SEND_TIMEOUT = "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT";

    private static final int BACKSTOP_MILLIS = 1_000;

    private final Session session;
    private final RemoteEndpoint.Async remote;

    SessionWire(Session session, Duration sendTimeout, Duration heartbeat) {
        this.session = session;
        this.remote = session.getAsyncRemote();
        // Backstops only. The outbox has its own watchdog, because Tyrus ignores the send timeout, Undertow reports a
        // send
        // that timed out as done, and Tomcat then leaves a session that is open for ever.
        remote.setSendTimeout(sendTimeout.toMillis() + BACKSTOP_MILLIS);
        session.getUserProperties().put(TOMCAT_BLOCKING_SEND_TIMEOUT, sendTimeout.toMillis());
        // Set explicitly, because Jetty's default of 30 s would end quiet clients. The heartbeat decides earlier.
        // Left alone where there is none: Tyrus then starts a task that may close the session at once.
        if (session.getMaxIdleTimeout() > 0) {
            session.setMaxIdleTimeout(heartbeat.toMillis() * 4 + BACKSTOP_MILLIS);
        }
    }

    @Override
    public int batch() {
        return 1;
    }

    @Override
    public void send(List<Outgoing> messages, Completion completion) {
        sendFrom(0, messages, completion);
    }

    /** One after the other; several only come when a wire that takes batches falls back on this one. */
    private void sendFrom(int index, List<Outgoing> messages, Completion completion) {
        Outgoing message = messages.get(index);
        ByteBuffer binary = message.binary();
        SendHandler next = result -> {
            if (!result.isOK()) {
                completion.completed(failureOf(result));
            } else if (index + 1 == messages.size()) {
                completion.completed(null);
            } else {
                sendNext(index + 1, messages, completion);
            }
        };
        if (binary == null) {
            remote.sendText(message.text(), next);
        } else {
            remote.sendBinary(binary, next);
        }
    }

    /** Called by the container, which must not get what it throws itself: then nobody would hear of the failure. */
    private void sendNext(int index, List<Outgoing> messages, Completion completion) {
        try {
            sendFrom(index, messages, completion);
        } catch (Throwable e) {
            completion.completed(e);
        }
    }

    private static Throwable failureOf(SendResult result) {
        Throwable failure = result.getException();
        return failure != null ? failure : new IOException("the send failed, the server does not say why");
    }

    @Override
    public void ping(Completion completion) {
        Throwable failure = null;
        try {
            remote.sendPing(ByteBuffer.allocate(0)); // not read-only: see Outgoing
        } catch (Throwable e) {
            failure = e;
        }
        completion.completed(failure);
    }

    @Override
    public void close(CloseStatus code) throws IOException {
        session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code.code()), code.reason()));
    }
}
