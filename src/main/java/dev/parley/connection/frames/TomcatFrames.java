package dev.parley.connection.frames;

import dev.parley.node.Reach;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat 10.1 and 11, that of {@code java -jar} included. Its own way for a message is encoding it per session, a copy, a timeout
 * registration, and a hand-over to another thread for the completion, which together cost more than the system call.
 *
 * <p>Its rule: one message part is in progress per session, pongs and closes included. The same semaphore is taken.
 *
 * <p>It also has Tomcat let go of the request of the handshake: a copy of all its headers, which nobody can ask for once the
 * session is open, and which was the largest thing that an idle connection kept.
 *
 * <p>Without TLS, what the kernel takes at once goes to its channel, which is nearly always all; Tomcat waits for room for the
 * rest, and with TLS or NIO2 writes all of it.
 */
final class TomcatFrames implements Server {
    private static final Logger LOG = System.getLogger(TomcatFrames.class.getName());
    private static final String NET = "org.apache.tomcat.util.net.";

    private final VarHandle remoteOfSession;
    private final VarHandle socketOfRemote;
    private final VarHandle partInProgress;
    private final VarHandle closed;
    private final Consumer<Object> forgetRequest;
    private final Class<?> plain;
    private final MethodHandle channelOfSocket;
    private final MethodHandle channelBelow;
    private final MethodHandle write;

    TomcatFrames(Object session) throws ReflectiveOperationException {
        this.remoteOfSession = Reach.field(session.getClass(), "wsRemoteEndpoint");
        Class<?> remote = remoteOfSession.get(session).getClass();
        this.socketOfRemote = Reach.field(remote, "socketWrapper");
        this.partInProgress = Reach.field(remote, "messagePartInProgress");
        this.closed = Reach.field(remote, "closed");
        this.forgetRequest = forgetRequest(remoteOfSession.get(session));
        Class<?> socket = Reach.load(remote, NET + "SocketWrapperBase");
        this.plain = Reach.load(remote, NET + "NioChannel");
        this.channelOfSocket =
                Reach.method(socket, "getSocket").asType(MethodType.methodType(Object.class, Object.class));
        this.channelBelow =
                Reach.method(plain, "getIOChannel").asType(MethodType.methodType(SocketChannel.class, Object.class));
        this.write = writeOf(socket);
    }

    @Override
    public FrameWriter over(Object session) throws Throwable {
        Object remote = remoteOfSession.get(session);
        forgetRequest.accept(remote);
        Object socket = socketOfRemote.get(remote);
        Semaphore inProgress = (Semaphore) partInProgress.get(remote);
        Object own = channelOfSocket.invokeExact(socket);
        // What extends it encrypts. The channel itself, because Tomcat uses its own again for other sockets.
        SocketChannel channel = own.getClass() == plain ? (SocketChannel) channelBelow.invokeExact(own) : null;
        return (frames, outcome) -> {
            if (!inProgress.tryAcquire()) {
                return false;
            }
            if ((boolean) closed.getVolatile(remote)) {
                inProgress.release();
                return false;
            }
            write(channel, socket, frames, new Released(inProgress, outcome));
            return true;
        };
    }

    /** Only a saving: where Tomcat is built otherwise, as before 10.1.8, the request stays. */
    private static Consumer<Object> forgetRequest(Object remote) {
        try {
            VarHandle connection = Reach.field(remote.getClass(), "connection");
            MethodHandle token = Reach.method(connection.get(remote).getClass(), "getUpgradeToken");
            MethodHandle handler = MethodHandles.filterReturnValue(
                            token, Reach.method(token.type().returnType(), "getHttpUpgradeHandler"))
                    .asType(MethodType.methodType(Object.class, Object.class));
            VarHandle request = Reach.field(
                    Reach.load(remote.getClass(), "org.apache.tomcat.websocket.server.WsHttpUpgradeHandler"),
                    "handshakeRequest");
            return one -> {
                try {
                    request.set(handler.invokeExact(connection.get(one)), null);
                } catch (Throwable otherwise) {
                    LOG.log(Level.DEBUG, () -> "the request of a handshake stays: " + otherwise);
                }
            };
        } catch (ReflectiveOperationException | RuntimeException otherwise) {
            LOG.log(Level.DEBUG, () -> "requests of handshakes stay: " + otherwise);
            return one -> {};
        }
    }

    private void write(@Nullable SocketChannel channel, Object socket, ByteBuffer[] frames, Released handler) {
        try {
            // A channel is closed by the write of an interrupted thread.
            if (channel != null && !Thread.currentThread().isInterrupted()) {
                if (frames.length == 1) {
                    channel.write(frames[0]);
                } else {
                    channel.write(frames);
                }
            }
            if (frames[frames.length - 1].hasRemaining()) {
                write.invokeExact(socket, handler, frames);
                return;
            }
        } catch (Throwable failure) {
            handler.failed(failure, null);
            return;
        }
        handler.completed(0L, null);
    }

    /** Tells the outcome, after the session is free for the server's own frames again. */
    private static final class Released implements CompletionHandler<Long, @Nullable Object> {
        private final Semaphore inProgress;
        private final Consumer<@Nullable Throwable> outcome;

        Released(Semaphore inProgress, Consumer<@Nullable Throwable> outcome) {
            this.inProgress = inProgress;
            this.outcome = outcome;
        }

        @Override
        public void completed(Long bytes, @Nullable Object nothing) {
            inProgress.release();
            outcome.accept(null);
        }

        @Override
        public void failed(Throwable failure, @Nullable Object nothing) {
            inProgress.release();
            outcome.accept(failure);
        }
    }

    /** {@code write} with all that does not change bound: (socket, handler, frames). */
    private static MethodHandle writeOf(Class<?> socket) throws ReflectiveOperationException {
        Class<?> mode = Reach.load(socket, socket.getName() + "$BlockingMode");
        Class<?> check = Reach.load(socket, socket.getName() + "$CompletionCheck");
        Object nonBlocking = mode.getField("SEMI_BLOCK").get(null);
        Object whenAllIsWritten =
                socket.getField("COMPLETE_WRITE_WITH_COMPLETION").get(null);
        MethodHandle all = Reach.method(
                        socket,
                        "write",
                        mode,
                        long.class,
                        TimeUnit.class,
                        Object.class,
                        check,
                        CompletionHandler.class,
                        ByteBuffer[].class)
                .asFixedArity();
        // -1: no timeout of the server's; the outbox above has a watchdog.
        return MethodHandles.insertArguments(all, 1, nonBlocking, -1L, TimeUnit.MILLISECONDS, null, whenAllIsWritten)
                .asType(MethodType.methodType(void.class, Object.class, Released.class, ByteBuffer[].class));
    }
}
