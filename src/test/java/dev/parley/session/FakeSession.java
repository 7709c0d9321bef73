package dev.parley.session;

import dev.parley.Fake;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A session that sends at once and notes what it was told. A call that nobody has a reason to make fails the test. */
final class FakeSession {
    private static final int PATIENCE_SECONDS = 5;

    private final Map<String, Object> userProperties = new HashMap<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final BlockingQueue<CloseReason> closes = new LinkedBlockingQueue<>();
    private final RemoteEndpoint.Async remote = Fake.of(RemoteEndpoint.Async.class, this::send);
    private final Session self = Fake.of(Session.class, this::answer);
    private @Nullable Exception onClose;
    private boolean gone;
    private boolean refusingItsTimeout;
    private long idleTimeoutMillis;
    private boolean idleTimeoutSet;

    FakeSession() {}

    FakeSession(Map<String, Object> userProperties) {
        this.userProperties.putAll(userProperties);
    }

    /** Its {@code close} throws this. */
    FakeSession failingToClose(Exception failure) {
        onClose = failure;
        return this;
    }

    /** Everything asked of it throws, as Tomcat does with a session whose client has gone before {@code @OnOpen}. */
    FakeSession gone() {
        gone = true;
        return this;
    }

    /** It is open, and yet the server throws when its idle timeout is asked for. */
    FakeSession refusingItsTimeout() {
        refusingItsTimeout = true;
        return this;
    }

    /** The server ends it when it is quiet for so long; 0 for never. */
    FakeSession idlingAtMost(long millis) {
        idleTimeoutMillis = millis;
        return this;
    }

    Session asSession() {
        return self;
    }

    private @Nullable Object answer(String name, Object[] arguments) {
        if (gone) {
            throw new IllegalStateException("the session has been closed");
        }
        return switch (name) {
            case "getUserProperties" -> userProperties;
            case "getAsyncRemote" -> remote;
            case "getMaxIdleTimeout" -> {
                if (refusingItsTimeout) {
                    throw new UnsupportedOperationException("not here");
                }
                yield idleTimeoutMillis;
            }
            case "setMaxIdleTimeout" -> {
                idleTimeoutMillis = (long) arguments[0];
                idleTimeoutSet = true;
                yield null;
            }
            case "isOpen" -> closes.isEmpty();
            case "close" -> {
                closes.add((CloseReason) arguments[0]);
                if (onClose != null) {
                    throw sneaky(onClose);
                }
                yield null;
            }
            default -> throw new AssertionError("unexpected call of " + name);
        };
    }

    long idleTimeoutMillis() {
        return idleTimeoutMillis;
    }

    boolean isIdleTimeoutSet() {
        return idleTimeoutSet;
    }

    List<String> sent() {
        return sent;
    }

    /** Waits for the close, which a pool makes. */
    CloseReason closed() throws InterruptedException {
        return closes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private @Nullable Object send(String name, Object[] arguments) {
        switch (name) {
            case "setSendTimeout" -> {}
            case "sendText" -> {
                sent.add((String) arguments[0]);
                ((SendHandler) arguments[1]).onResult(new SendResult(self));
            }
            default -> throw new AssertionError("unexpected call of " + name);
        }
        return null;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Exception> RuntimeException sneaky(Exception failure) throws T {
        throw (T) failure;
    }
}
