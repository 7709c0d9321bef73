package dev.parley.launch;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets the application write frames that it has encoded itself, several in one system call, on the embedded Tomcat. This is
 * the launcher's knowledge of its own server, pinned to the version it ships; the application gets it as JDK types only, and
 * does without on every other server.
 *
 * <p>Tomcat's own way for a message is encoding it per session, a copy, a timeout registration, and a hand-over to another
 * thread for the completion, which together cost more than the system call. What is kept of it is its rule that one message
 * part is in progress per session, because Tomcat answers pings and closes by itself: the same semaphore is taken.
 *
 * @see #apply the contract
 */
final class TomcatFrames implements Function<Object, BiPredicate<ByteBuffer[], Consumer<@Nullable Throwable>>> {
    /** The servlet context attribute under which the application looks for it. */
    static final String ATTRIBUTE = "dev.parley.frames";

    private static final String WEBSOCKET = "org.apache.tomcat.websocket.";
    private static final String NET = "org.apache.tomcat.util.net.SocketWrapperBase";

    private final VarHandle remoteOfSession;
    private final VarHandle socketOfRemote;
    private final VarHandle partInProgress;
    private final VarHandle closed;
    private final MethodHandle channelOfSocket;
    private final MethodHandle write;

    private TomcatFrames(ClassLoader server) throws ReflectiveOperationException {
        Class<?> session = server.loadClass(WEBSOCKET + "WsSession");
        Class<?> remote = server.loadClass(WEBSOCKET + "WsRemoteEndpointImplBase");
        Class<?> serverRemote = server.loadClass(WEBSOCKET + "server.WsRemoteEndpointImplServer");
        Class<?> socket = server.loadClass(NET);
        this.remoteOfSession = field(session, "wsRemoteEndpoint");
        this.socketOfRemote = field(serverRemote, "socketWrapper");
        this.partInProgress = field(remote, "messagePartInProgress");
        this.closed = field(remote, "closed");
        this.channelOfSocket = channelOf(server, socket);
        this.write = writeOf(server, socket);
    }

    /**
     * Finds its way into the server of this loader.
     *
     * @throws ReflectiveOperationException if the server is not built as it was when this was written
     */
    static TomcatFrames of(ClassLoader server) throws ReflectiveOperationException {
        return new TomcatFrames(server);
    }

    /**
     * The writer for one session: takes whole, unmasked frames and a completion, which is called once with null or a failure,
     * perhaps before the writer returns. One call at a time. Answers false, and takes nothing, while the server itself is
     * writing to the session or has closed it; the session's own methods must then be used.
     */
    @Override
    public BiPredicate<ByteBuffer[], Consumer<@Nullable Throwable>> apply(Object session) {
        Object remote = remoteOfSession.get(session);
        Object socket = socketOfRemote.get(remote);
        Semaphore inProgress = (Semaphore) partInProgress.get(remote);
        SocketChannel channel = channel(socket);
        return (frames, completion) -> {
            if (!inProgress.tryAcquire()) {
                return false;
            }
            if ((boolean) closed.getVolatile(remote)) {
                inProgress.release();
                return false;
            }
            write(channel, socket, frames, new Released(inProgress, completion));
            return true;
        };
    }

    /** What the kernel takes at once goes to it directly, which is nearly always all; Tomcat waits for room for the rest. */
    private void write(SocketChannel channel, Object socket, ByteBuffer[] frames, Released handler) {
        try {
            if (!Thread.currentThread().isInterrupted()) { // a channel is closed by the write of an interrupted thread
                if (frames.length == 1) {
                    channel.write(frames[0]);
                } else {
                    channel.write(frames);
                }
            }
            if (frames[frames.length - 1].hasRemaining()) {
                write.invoke(socket, handler, frames);
                return;
            }
        } catch (Throwable failure) {
            handler.failed(failure, null);
            return;
        }
        handler.completed(0L, null);
    }

    private SocketChannel channel(Object socket) {
        try {
            return (SocketChannel) channelOfSocket.invoke(socket);
        } catch (Throwable failure) {
            throw new IllegalStateException("the socket has no channel", failure);
        }
    }

    /** Tells the outcome, after the session is free for the server's own frames again. */
    private static final class Released implements CompletionHandler<Long, @Nullable Object> {
        private final Semaphore inProgress;
        private final Consumer<@Nullable Throwable> completion;

        Released(Semaphore inProgress, Consumer<@Nullable Throwable> completion) {
            this.inProgress = inProgress;
            this.completion = completion;
        }

        @Override
        public void completed(Long bytes, @Nullable Object nothing) {
            inProgress.release();
            completion.accept(null);
        }

        @Override
        public void failed(Throwable failure, @Nullable Object nothing) {
            inProgress.release();
            completion.accept(failure);
        }
    }

    private static VarHandle field(Class<?> owner, String name) throws ReflectiveOperationException {
        Field field = owner.getDeclaredField(name);
        return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).unreflectVarHandle(field);
    }

    /** (socket) to the channel below Tomcat's own, which must be one without TLS. */
    private static MethodHandle channelOf(ClassLoader server, Class<?> socket) throws ReflectiveOperationException {
        Class<?> channel = server.loadClass("org.apache.tomcat.util.net.NioChannel");
        MethodHandle below = MethodHandles.publicLookup()
                .findVirtual(channel, "getIOChannel", MethodType.methodType(SocketChannel.class));
        MethodHandle own =
                MethodHandles.publicLookup().findVirtual(socket, "getSocket", MethodType.methodType(Object.class));
        return MethodHandles.filterReturnValue(own.asType(MethodType.methodType(channel, Object.class)), below)
                .asType(MethodType.methodType(Object.class, Object.class));
    }

    /** {@code write} with all that does not change bound: (socket, handler, frames). */
    private static MethodHandle writeOf(ClassLoader server, Class<?> socket) throws ReflectiveOperationException {
        Class<?> mode = server.loadClass(NET + "$BlockingMode");
        Class<?> check = server.loadClass(NET + "$CompletionCheck");
        Class<?> state = server.loadClass(NET + "$CompletionState");
        Object nonBlocking = mode.getField("SEMI_BLOCK").get(null);
        Object whenAllIsWritten =
                socket.getField("COMPLETE_WRITE_WITH_COMPLETION").get(null);
        MethodHandle all = MethodHandles.publicLookup()
                .findVirtual(
                        socket,
                        "write",
                        MethodType.methodType(
                                state,
                                mode,
                                long.class,
                                TimeUnit.class,
                                Object.class,
                                check,
                                CompletionHandler.class,
                                ByteBuffer[].class))
                .asFixedArity();
        // -1: no timeout of the server's; the outbox above has a watchdog.
        return MethodHandles.insertArguments(all, 1, nonBlocking, -1L, TimeUnit.MILLISECONDS, null, whenAllIsWritten)
                .asType(MethodType.methodType(void.class, Object.class, Released.class, ByteBuffer[].class));
    }
}
