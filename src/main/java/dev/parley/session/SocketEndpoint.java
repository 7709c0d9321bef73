package dev.parley.session;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;

/**
 * An endpoint that the container is told of by a call, because its path is a setting, which no annotation can say, or because the
 * container finds no callbacks that are inherited. One for each connection. Public, because Tyrus calls it by reflection
 * ({@code TyrusEndpointWrapper}).
 */
public final class SocketEndpoint extends Endpoint {
    private final SessionEndpoint<?> endpoint;

    SocketEndpoint(SessionEndpoint<?> endpoint) {
        this.endpoint = endpoint;
    }

    // The handlers are classes, because some servers find out by reflection what a handler takes.
    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.addMessageHandler(String.class, new MessageHandler.Partial<>() {
            @Override
            public void onMessage(String part, boolean last) {
                endpoint.onText(part, last);
            }
        });
        session.addMessageHandler(ByteBuffer.class, new MessageHandler.Partial<>() {
            @Override
            public void onMessage(ByteBuffer part, boolean last) {
                endpoint.onBinary(part, last);
            }
        });
        session.addMessageHandler(PongMessage.class, new MessageHandler.Whole<>() {
            @Override
            public void onMessage(PongMessage pong) {
                endpoint.onPong(pong);
            }
        });
        endpoint.onOpen(session);
    }

    @Override
    public void onError(Session session, Throwable failure) {
        endpoint.onError(failure);
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        endpoint.onClose(reason);
    }
}
