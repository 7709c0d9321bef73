package dev.parley.connection.frames;

import dev.parley.node.Reach;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Open Liberty. Its own way for a message is encoding it per session, a header in a buffer of its own, and a write that a selector's
 * thread makes and a third thread hears the end of.
 *
 * <p>Its rule: a link has at most one write under way, pongs and closes included, and is then in the state {@code WRITING}, which it
 * changes under a monitor of its own. It is put into that state, what is written goes to the channel below it, encrypted or not, and
 * when that is done the link is told that it no longer writes: whoever waits for that, goes on.
 */
final class LibertyFrames implements Server {
    private static final String CHANNEL = "com.ibm.wsspi.tcpchannel.";

    private static final long ALL = -1;

    private final Way toLink;
    private final Way toMonitor;
    private final Way toChannel;
    private final VarHandle linkStatus;
    private final VarHandle writeStatus;
    private final Object open;
    private final Object idle;
    private final Object writing;
    private final Object memory;
    private final Class<?> callback;
    private final MethodHandle wrap;
    private final MethodHandle setBuffer;
    private final MethodHandle write;
    private final MethodHandle signalNotWriting;
    private final MethodHandle closeLink;

    LibertyFrames(Object session) throws Throwable {
        this.toLink = Way.of(session, "getSessionImpl()", "connLink");
        this.toMonitor = Way.of(session, "getSessionImpl()", "connLink", "linkSync");
        this.toChannel = Way.of(session, "getSessionImpl()", "connLink", "linkWrite", "tcpWriteContext");
        Object link = toLink.from(session);
        this.linkStatus = Reach.field(link.getClass(), "linkStatus");
        this.writeStatus = Reach.field(link.getClass(), "writeLinkStatus");
        this.open = Reach.constant(linkStatus.varType(), "IO_OK");
        this.idle = Reach.constant(writeStatus.varType(), "OK_TO_WRITE");
        this.writing = Reach.constant(writeStatus.varType(), "WRITING");
        this.signalNotWriting = Reach.method(link.getClass(), "signalNotWriting")
                .asType(MethodType.methodType(void.class, Object.class));
        MethodHandle close =
                Reach.method(link.getClass(), "closeUsingSession", CloseReason.class, boolean.class, boolean.class);
        this.closeLink = MethodHandles.insertArguments(close, 1, null, false, true) // the socket alone, and at once
                .asType(MethodType.methodType(void.class, Object.class));
        this.memory = Way.of(link, "getBufferManager()").from(link);
        Class<?> buffer = Reach.load(link.getClass(), "com.ibm.wsspi.bytebuffer.WsByteBuffer");
        this.wrap = Reach.method(memory.getClass(), "wrap", ByteBuffer.class)
                .asType(MethodType.methodType(Object.class, Object.class, ByteBuffer.class));
        // The interfaces, since with TLS the channel is of another class.
        Class<?> channel = Reach.load(link.getClass(), CHANNEL + "TCPWriteRequestContext");
        this.callback = Reach.load(channel, CHANNEL + "TCPWriteCompletedCallback");
        this.setBuffer = Reach.method(Reach.load(channel, CHANNEL + "TCPRequestContext"), "setBuffer", buffer)
                .asType(MethodType.methodType(void.class, Object.class, Object.class));
        MethodHandle any = Reach.method(channel, "write", long.class, callback, boolean.class, int.class);
        MethodHandle soon = MethodHandles.insertArguments(any, 3, false); // on this thread, if there is room
        this.write = MethodHandles.insertArguments(soon, 1, ALL)
                .asType(MethodType.methodType(Object.class, Object.class, Object.class, int.class));
    }

    @Override
    public FrameWriter over(Object session) throws Throwable {
        long timeout = ((Session) session).getAsyncRemote().getSendTimeout();
        return new Link(toLink.from(session), toMonitor.from(session), toChannel.from(session), (int)
                Math.min(timeout, Integer.MAX_VALUE));
    }

    private final class Link implements FrameWriter {
        private final Object link;
        private final Object monitor;
        private final Object channel;
        private final int timeoutMillis;
        private final Object listener;
        private final AtomicReference<@Nullable Consumer<@Nullable Throwable>> waiting = new AtomicReference<>();

        Link(Object link, Object monitor, Object channel, int timeoutMillis) {
            this.link = link;
            this.monitor = monitor;
            this.channel = channel;
            this.timeoutMillis = timeoutMillis;
            this.listener = Listener.as(callback, this::told);
        }

        @Override
        public boolean write(ByteBuffer[] frames, Consumer<@Nullable Throwable> outcome) {
            // The socket would be closed by the write of an interrupted thread.
            if (Thread.currentThread().isInterrupted() || !takeTurn()) {
                return false;
            }
            waiting.set(outcome);
            try {
                // What is read-only is not copied to a direct buffer of the server's first.
                Object buffer = wrap.invokeExact(memory, Gathered.of(frames).asReadOnlyBuffer());
                setBuffer.invokeExact(channel, buffer);
                if (write.invokeExact(channel, listener, timeoutMillis) != null) {
                    end(null);
                }
            } catch (Throwable failure) {
                end(failure);
            }
            return true;
        }

        private boolean takeTurn() {
            synchronized (monitor) {
                if (linkStatus.get(link) != open || writeStatus.get(link) != idle) {
                    return false;
                }
                writeStatus.set(link, writing);
                return true;
            }
        }

        /**
         * The server writes its close frame into the middle of ours, and waits half a minute for the answer of a peer who cannot tell
         * one from the other.
         */
        @Override
        public Runnable closing() {
            return waiting.get() == null ? () -> {} : this::cut;
        }

        private void cut() {
            try {
                closeLink.invokeExact(link);
            } catch (Throwable failure) {
                throw new IllegalStateException("the socket could not be closed", failure);
            }
        }

        /** What the channel says of a write that was not done at once. */
        private void told(String method, Object @Nullable [] arguments) {
            end(method.equals("error") && arguments != null ? (Throwable) arguments[2] : null);
        }

        private void end(@Nullable Throwable failure) {
            Consumer<@Nullable Throwable> outcome = waiting.getAndSet(null);
            if (outcome == null) {
                return;
            }
            Throwable why = failure;
            try {
                signalNotWriting.invokeExact(link);
            } catch (Throwable second) {
                why = failure == null ? second : failure;
            }
            outcome.accept(why);
        }
    }
}
