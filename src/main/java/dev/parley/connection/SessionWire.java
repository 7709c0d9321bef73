package dev.parley.connection;

import dev.parley.protocol.CloseCode;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The wire over a Jakarta session. What differs between servers when they are written to is neutralised here.
 */
final class SessionWire implements Wire {
    /** Tomcat's own limit for calls that block (pings, closes); other servers ignore the key. Milliseconds, a Long. */
    private static final String TOMCAT_BLOCKING_SEND_TIMEOUT = "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT";

    private static final int BACKSTOP_MILLIS = 1_000;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

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
        session.setMaxIdleTimeout(heartbeat.toMillis() * 4 + BACKSTOP_MILLIS);
    }

    @Override
    public void send(Outgoing message, Completion completion) {
        remote.sendText(message.text(), result -> completion.completed(result.isOK() ? null : failureOf(result)));
    }

    private static Throwable failureOf(jakarta.websocket.SendResult result) {
        Throwable failure = result.getException();
        return failure != null ? failure : new IOException("the send failed, the server does not say why");
    }

    @Override
    public void ping() throws IOException {
        remote.sendPing(NOTHING.duplicate());
    }

    @Override
    public void close(CloseCode code) throws IOException {
        session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code.code()), code.reason()));
    }
}
