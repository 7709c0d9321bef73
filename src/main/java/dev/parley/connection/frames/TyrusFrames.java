package dev.parley.connection.frames;

import dev.parley.node.Reach;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tyrus on Grizzly, in Payara and GlassFish. Its own way leads through the servlet's output stream, its listener, and the filters of
 * HTTP; the time it takes is theirs.
 *
 * <p>Its rule: Grizzly's queue of the connection, which takes whole buffers, writes the first of them on the thread that brings it,
 * and the others when there is room. A pong or close of Tyrus is one such buffer, whichever way it came.
 *
 * <p>The first message of each session goes the servlet's way, so that the answer to the handshake is before it. With TLS, which is
 * above that queue, all do.
 */
final class TyrusFrames implements Server {
    private static final String GRIZZLY = "org.glassfish.grizzly.";

    private final Way toConnection;
    private final Way toState;
    private final MethodHandle encryption;
    private final MethodHandle wrap;
    private final MethodHandle write;
    private final Object writer;
    private final Object memory;
    private final Class<?> handler;

    TyrusFrames(Object session) throws Throwable {
        this.toState = Way.of(session, "asyncRemote", "webSocket", "state");
        this.toConnection = Way.of(
                session,
                "asyncRemote",
                "webSocket",
                "protocolHandler",
                "writer",
                "tyrusHttpUpgradeHandler",
                "getWebConnection()",
                "getOutputStream()",
                "ob",
                "grizzlyResponse",
                "getRequest()",
                "getContext()",
                "getConnection()");
        Object connection = toConnection.from(session);
        Class<?> type = Reach.load(connection.getClass(), GRIZZLY + "Connection");
        this.handler = Reach.load(type, GRIZZLY + "CompletionHandler");
        this.encryption = Reach.method(Reach.load(type, GRIZZLY + "ssl.SSLUtils"), "getSSLEngine", type)
                .asType(MethodType.methodType(Object.class, Object.class));
        this.wrap = Reach.method(
                        Reach.load(type, GRIZZLY + "memory.Buffers"),
                        "wrap",
                        Reach.load(type, GRIZZLY + "memory.MemoryManager"),
                        ByteBuffer.class)
                .asType(MethodType.methodType(Object.class, Object.class, ByteBuffer.class));
        this.memory = Way.of(connection, "getTransport()", "getMemoryManager()").from(connection);
        this.writer = Way.of(connection, "getTransport()", "getAsyncQueueIO()", "getWriter()")
                .from(connection);
        this.write = Reach.method(
                        writer.getClass(),
                        "write",
                        type,
                        SocketAddress.class,
                        Reach.load(type, GRIZZLY + "asyncqueue.WritableMessage"),
                        handler,
                        Reach.load(type, GRIZZLY + "asyncqueue.MessageCloner"))
                .asType(MethodType.methodType(
                        void.class,
                        Object.class,
                        Object.class,
                        SocketAddress.class,
                        Object.class,
                        Object.class,
                        Object.class));
    }

    @Override
    public @Nullable FrameWriter over(Object session) throws Throwable {
        Object connection = toConnection.from(session);
        if (encryption.invoke(connection) != null) {
            return null;
        }
        AtomicReference<?> state = (AtomicReference<?>) toState.from(session);
        Object open = state.get();
        if (open == null || !open.toString().equals("CONNECTED")) {
            return null;
        }
        return new Queue(connection, state, open);
    }

    private final class Queue implements FrameWriter {
        private final Object connection;
        private final AtomicReference<?> state;
        private final Object open;
        private final Object told;
        private final AtomicReference<@Nullable Consumer<@Nullable Throwable>> waiting = new AtomicReference<>();
        private boolean begun; // one call at a time

        Queue(Object connection, AtomicReference<?> state, Object open) {
            this.connection = connection;
            this.state = state;
            this.open = open;
            this.told = Listener.as(handler, this::told);
        }

        @Override
        public boolean write(ByteBuffer[] frames, Consumer<@Nullable Throwable> outcome) {
            if (!begun || state.get() != open) {
                begun = true;
                return false;
            }
            waiting.set(outcome);
            try {
                Object buffer = wrap.invokeExact(memory, Gathered.of(frames));
                write.invokeExact(writer, connection, (SocketAddress) null, buffer, told, (Object) null);
            } catch (Throwable failure) {
                tell(failure);
            }
            return true;
        }

        /** What Grizzly says to a completion handler. */
        private void told(String method, Object @Nullable [] arguments) {
            switch (method) {
                case "completed" -> tell(null);
                case "failed" -> tell(arguments == null ? null : (Throwable) arguments[0]);
                case "cancelled" -> tell(new CancellationException("Grizzly has cancelled it"));
                default -> {} // updated: some of it is written
            }
        }

        private void tell(@Nullable Throwable failure) {
            Consumer<@Nullable Throwable> outcome = waiting.getAndSet(null);
            if (outcome != null) {
                outcome.accept(failure);
            }
        }
    }
}
