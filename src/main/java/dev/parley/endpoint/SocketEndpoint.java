package dev.parley.endpoint;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.handshake.Handshake;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;

/**
 * An endpoint whose path is a setting, which no annotation can say: it is registered by a call. It takes texts alone. One for each
 * connection. Public, because Tyrus calls it by reflection ({@code TyrusEndpointWrapper}).
 *
 * @param <P> what its handshake brings
 */
public abstract class SocketEndpoint<P extends Record> extends Endpoint {
    private final Inlet inlet;
    private final Class<P> visit;

    SocketEndpoint(Class<P> visit, ConnectionManager connections, int maxMessageBytes, int maxParts) {
        this.visit = visit;
        inlet = new Inlet(connections, maxMessageBytes, maxParts);
    }

    /** What to do with each message of a new connection. */
    abstract Inlet.Receiver opened(P visit, Connection connection, Handshake handshake);

    // The handlers are classes, because some servers find out by reflection what a handler takes.
    @Override
    public final void onOpen(Session session, EndpointConfig config) {
        session.addMessageHandler(String.class, new MessageHandler.Partial<>() {
            @Override
            public void onMessage(String part, boolean last) {
                inlet.text(part, last);
            }
        });
        session.addMessageHandler(ByteBuffer.class, new MessageHandler.Partial<>() {
            @Override
            public void onMessage(ByteBuffer part, boolean last) {
                inlet.binary();
            }
        });
        session.addMessageHandler(PongMessage.class, new MessageHandler.Whole<>() {
            @Override
            public void onMessage(PongMessage pong) {
                inlet.pong();
            }
        });
        var handshake = Handshake.of(session);
        inlet.open(session, visit, (bound, connection) -> opened(bound, connection, handshake.orElseThrow()));
    }

    @Override
    public final void onError(Session session, Throwable failure) {
        inlet.failed(failure);
    }

    @Override
    public final void onClose(Session session, CloseReason reason) {
        inlet.closed(reason);
    }
}
