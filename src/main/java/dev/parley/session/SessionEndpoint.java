package dev.parley.session;

import dev.parley.connection.Connection;
import dev.parley.handshake.Handshake;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What every endpoint of ours is to its container: the callbacks, which lead to an {@link Inlet}. One for each connection. Its
 * subclass is annotated and found by the container, or has a {@link SocketEndpoint} around it that the container is told of.
 *
 * @param <P> what its handshake brings
 */
public abstract class SessionEndpoint<P extends Record> {
    private @Nullable Inlet inlet; // before the container has it
    private @Nullable Class<P> visit;
    private Routes.Injection injection = Routes.Injection.NONE;

    /** What to do with each message of a new connection. */
    protected abstract Receiver begin(P visit, Connection connection, Handshake handshake);

    final SessionEndpoint<P> over(Inlet into, Class<P> parameters, Routes.Injection injected) {
        inlet = into;
        visit = parameters;
        injection = injected;
        return this;
    }

    private Inlet inlet() {
        return Objects.requireNonNull(inlet, "an endpoint is made by HandshakeConfigurator");
    }

    /** The container's. */
    @OnOpen
    public final void onOpen(Session session) {
        inlet().open(session, Objects.requireNonNull(visit), (bound, connection, handshake) -> {
            if (injection != Routes.Injection.NONE) {
                handshake.beforeCleanup(injection.into(this));
            }
            return begin(bound, connection, handshake);
        });
    }

    /** The container's. */
    @OnMessage
    public final void onText(String part, boolean last) {
        inlet().text(part, last);
    }

    /** The container's. */
    @OnMessage
    public final void onBinary(ByteBuffer part, boolean last) {
        inlet().binary(part, last);
    }

    /** The container's. */
    @OnMessage
    public final void onPong(PongMessage pong) {
        inlet().pong();
    }

    /** The container's. */
    @OnError
    public final void onError(Throwable failure) {
        inlet().failed(failure);
    }

    /** The container's. */
    @OnClose
    public final void onClose(CloseReason reason) {
        inlet().closed(reason);
    }
}
