package dev.parley.test;

import dev.parley.session.SessionEndpoint;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The other end of an endpoint that is open. What it waits for must come within five seconds, and in order. To be closed, so that the
 * threads behind it end.
 */
public final class Client implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 5;

    /** What an endpoint does to its client. */
    private sealed interface Event {
        record Text(String text) implements Event {
            @Override
            public String toString() {
                return "the text \"" + text + '"';
            }
        }

        @SuppressWarnings("ArrayRecordComponent") // looked at, and never compared
        record Binary(byte[] bytes) implements Event {
            @Override
            public String toString() {
                return "the bytes " + Arrays.toString(bytes);
            }
        }

        record Closed(int code, String reason) implements Event {
            @Override
            public String toString() {
                return "the close " + code + " \"" + reason + '"';
            }
        }
    }

    private final SessionEndpoint<?> endpoint;
    private final Map<String, Object> userProperties;
    private final Runnable stop;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicBoolean isStopped = new AtomicBoolean();
    private final RemoteEndpoint.Async remote = Stub.of(RemoteEndpoint.Async.class, this::sent);
    private final Session session = Stub.of(Session.class, this::asked);

    Client(SessionEndpoint<?> endpoint, Map<String, Object> userProperties, Runnable stop) {
        this.endpoint = endpoint;
        this.userProperties = userProperties;
        this.stop = stop;
        endpoint.onOpen(session);
    }

    /** Says something. */
    public Client send(String text) {
        endpoint.onText(text, true);
        return this;
    }

    /** Sends bytes. */
    public Client send(byte[] bytes) {
        endpoint.onBinary(ByteBuffer.wrap(bytes.clone()), true);
        return this;
    }

    /** The next that comes must be this text. */
    public Client receives(String text) {
        require(new Event.Text(text).equals(next()), "the text \"" + text + '"');
        return this;
    }

    /** The next that comes must be these bytes. */
    public Client receives(byte[] bytes) {
        require(
                next() instanceof Event.Binary binary && Arrays.equals(binary.bytes(), bytes),
                "the bytes " + Arrays.toString(bytes));
        return this;
    }

    /** The next that comes, which must be a text, to be looked at. */
    public String receive() {
        require(next() instanceof Event.Text, "a text");
        return ((Event.Text) last).text();
    }

    /** The next that comes must be a close with this code. */
    public Client closes(int code) {
        require(next() instanceof Event.Closed closed && closed.code() == code, "the close " + code);
        close();
        return this;
    }

    private @Nullable Event last;

    private @Nullable Event next() {
        try {
            last = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return last;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting", e);
        }
    }

    private void require(boolean holds, String expected) {
        if (!holds) {
            Event came = last;
            close();
            throw new AssertionError(
                    "should receive " + expected + ", but receives " + (came == null ? "nothing" : came));
        }
    }

    /** Leaves, if it has not been closed. Idempotent. */
    @Override
    public void close() {
        over(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, ""));
        if (isStopped.compareAndSet(false, true)) {
            stop.run();
        }
    }

    private void over(CloseReason reason) {
        if (isOver.compareAndSet(false, true)) {
            endpoint.onClose(reason);
        }
    }

    private @Nullable Object asked(String method, Object[] arguments) {
        return switch (method) {
            case "getUserProperties" -> userProperties;
            case "getAsyncRemote" -> remote;
            case "isOpen" -> !isOver.get();
            case "getMaxIdleTimeout" -> 0L;
            case "close" -> {
                CloseReason reason = (CloseReason) arguments[0];
                events.add(new Event.Closed(reason.getCloseCode().getCode(), reason.getReasonPhrase()));
                over(reason);
                yield null;
            }
            default -> throw new UnsupportedOperationException("Session." + method + " in a test");
        };
    }

    private @Nullable Object sent(String method, Object[] arguments) {
        switch (method) {
            case "sendText" -> events.add(new Event.Text((String) arguments[0]));
            case "sendBinary" -> {
                ByteBuffer bytes = ((ByteBuffer) arguments[0]).duplicate();
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                events.add(new Event.Binary(copy));
            }
            default -> {
                return null; // time limits and pings
            }
        }
        ((SendHandler) arguments[1]).onResult(new SendResult(session));
        return null;
    }
}
