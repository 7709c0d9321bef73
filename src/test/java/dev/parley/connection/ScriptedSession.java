package dev.parley.connection;

import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A container's session, as far as a wire uses one. Anything else that it is asked fails. */
final class ScriptedSession {
    /** What becomes of a text. */
    @FunctionalInterface
    interface Script {
        void send(String text, SendHandler handler);
    }

    final List<String> texts = new CopyOnWriteArrayList<>();
    final List<ByteBuffer> pings = new CopyOnWriteArrayList<>();
    final List<CloseReason> closes = new CopyOnWriteArrayList<>();
    final Map<String, Object> userProperties = new HashMap<>();
    final List<Long> sendTimeouts = new ArrayList<>();
    final List<Long> idleTimeouts = new ArrayList<>();

    /** What the remote endpoint that does not block was told of batching, in order. */
    final List<Boolean> batching = new CopyOnWriteArrayList<>();

    volatile Script script = (text, handler) -> {};
    volatile Runnable onPing = () -> {};

    private final RemoteEndpoint.Async remote = proxy(RemoteEndpoint.Async.class, (proxy, method, arguments) -> {
        switch (method.getName()) {
            case "setBatchingAllowed" -> batching.add((Boolean) arguments[0]);
            case "setSendTimeout" -> sendTimeouts.add((Long) arguments[0]);
            case "sendText" -> {
                texts.add((String) arguments[0]);
                script.send((String) arguments[0], (SendHandler) arguments[1]);
            }
            case "sendPing" -> {
                pings.add((ByteBuffer) arguments[0]);
                onPing.run();
            }
            default -> throw new UnsupportedOperationException(method.toString());
        }
        return null;
    });

    /** What was asked of the remote endpoint that blocks, in order. */
    final List<String> basic = new CopyOnWriteArrayList<>();

    volatile Runnable onBasic = () -> {};

    private final RemoteEndpoint.Basic basicRemote = proxy(RemoteEndpoint.Basic.class, (proxy, method, arguments) -> {
        basic.add(method.getName() + " " + arguments[0]);
        onBasic.run();
        return null;
    });

    private final Session session = proxy(Session.class, this::answer);

    Session session() {
        return session;
    }

    private @Nullable Object answer(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "getAsyncRemote" -> remote;
            case "getBasicRemote" -> basicRemote;
            case "getUserProperties" -> userProperties;
            case "getMaxIdleTimeout" -> 30_000L;
            case "setMaxIdleTimeout" -> {
                idleTimeouts.add((Long) arguments[0]);
                yield null;
            }
            case "close" -> {
                closes.add((CloseReason) arguments[0]);
                yield null;
            }
            default -> throw new UnsupportedOperationException(method.toString());
        };
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
