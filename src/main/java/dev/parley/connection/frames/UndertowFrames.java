package dev.parley.connection.frames;

import dev.parley.node.Reach;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Undertow, in WildFly. Its own way for a message leads through a frame channel of its own, and to the thread that reads the socket.
 *
 * <p>Its rule: frames wait in three queues, and leave under the monitor of the channel, one call at a time, which a flag says.
 * Written is under that monitor and where nothing waits. What the kernel does not take at once leaves later on the socket's own
 * thread; meanwhile the flag is up, so that what Undertow wants to write waits behind it.
 *
 * <p>With TLS, whose state only that thread may change, the specification's methods are used.
 */
final class UndertowFrames implements Server {
    private static final String PLAIN = "org.xnio.nio.NioSocketStreamConnection";

    private final Way toSink;
    private final Way toThread;
    private final Way toConnection;
    private final Way toChannel;
    private final VarHandle newFrames;
    private final VarHandle pendingFrames;
    private final VarHandle heldFrames;
    private final VarHandle flushing;
    private final MethodHandle flushFrames;
    private final MethodHandle isCloseSent;
    private final MethodHandle write;
    private final MethodHandle listener;
    private final MethodHandle listen;
    private final MethodHandle resume;
    private final MethodHandle suspend;
    private final Class<?> listenerType;

    UndertowFrames(Object session) throws Throwable {
        this.toChannel = Way.of(session, "webSocketChannel");
        this.toConnection = Way.of(session, "webSocketChannel", "channel");
        this.toSink = Way.of(session, "webSocketChannel", "channel", "getSinkChannel()");
        this.toThread = Way.of(session, "webSocketChannel", "channel", "getSinkChannel()", "getIoThread()");
        Class<?> channel = toChannel.from(session).getClass();
        this.newFrames = Reach.field(channel, "newFrames");
        this.pendingFrames = Reach.field(channel, "pendingFrames");
        this.heldFrames = Reach.field(channel, "heldFrames");
        this.flushing = Reach.field(channel, "flushingSenders");
        MethodType action = MethodType.methodType(void.class, Object.class);
        this.flushFrames = Reach.method(channel, "flush").asType(action);
        this.isCloseSent =
                Reach.method(channel, "isCloseFrameSent").asType(MethodType.methodType(boolean.class, Object.class));
        Class<?> sink = toSink.from(session).getClass();
        this.listenerType = Reach.load(sink, "org.xnio.ChannelListener");
        this.write = Reach.method(sink, "write", ByteBuffer[].class)
                .asType(MethodType.methodType(long.class, Object.class, ByteBuffer[].class));
        this.listener =
                Reach.method(sink, "getWriteListener").asType(MethodType.methodType(Object.class, Object.class));
        this.listen = Reach.method(sink, "setWriteListener", listenerType)
                .asType(MethodType.methodType(void.class, Object.class, Object.class));
        this.resume = Reach.method(sink, "resumeWrites").asType(action);
        this.suspend = Reach.method(sink, "suspendWrites").asType(action);
    }

    @Override
    public @Nullable FrameWriter over(Object session) throws Throwable {
        if (!toConnection.from(session).getClass().getName().equals(PLAIN)) {
            return null;
        }
        return new Channel(toChannel.from(session), toSink.from(session), (Executor) toThread.from(session));
    }

    private final class Channel implements FrameWriter {
        private final Object channel;
        private final Object sink;
        private final Executor thread;

        Channel(Object channel, Object sink, Executor thread) {
            this.channel = channel;
            this.sink = sink;
            this.thread = thread;
        }

        @Override
        public boolean write(ByteBuffer[] frames, Consumer<@Nullable Throwable> outcome) {
            boolean isPart = false;
            try {
                synchronized (channel) {
                    if (isBusy()) {
                        return false;
                    }
                    long unused = (long) write.invokeExact(sink, frames);
                    isPart = frames[frames.length - 1].hasRemaining();
                    if (isPart) {
                        flushing.setVolatile(channel, true);
                    }
                }
                if (isPart) {
                    thread.execute(() -> begin(frames, outcome));
                    return true;
                }
            } catch (Throwable failure) {
                if (isPart) {
                    flushing.setVolatile(channel, false);
                }
                outcome.accept(failure);
                return true;
            }
            outcome.accept(null);
            return true;
        }

        /** Under its monitor, which whoever takes frames out of the queues holds. */
        private boolean isBusy() throws Throwable {
            return (boolean) flushing.getVolatile(channel)
                    || !((Collection<?>) newFrames.get(channel)).isEmpty()
                    || !((Collection<?>) pendingFrames.get(channel)).isEmpty()
                    || !((Collection<?>) heldFrames.get(channel)).isEmpty()
                    || (boolean) isCloseSent.invokeExact(channel)
                    || Thread.currentThread().isInterrupted(); // whose write would close the socket
        }

        /** On the socket's thread, where it is said who is told when there is room. */
        private void begin(ByteBuffer[] frames, Consumer<@Nullable Throwable> outcome) {
            try {
                Object before = listener.invokeExact(sink);
                Object ours = Listener.as(listenerType, (event, arguments) -> goOn(frames, before, outcome));
                listen.invokeExact(sink, ours);
                goOn(frames, before, outcome);
            } catch (Throwable failure) {
                end(failure, outcome);
            }
        }

        private void goOn(ByteBuffer[] frames, @Nullable Object before, Consumer<@Nullable Throwable> outcome) {
            try {
                long unused = (long) write.invokeExact(sink, frames);
                if (frames[frames.length - 1].hasRemaining()) {
                    resume.invokeExact(sink);
                    return;
                }
                suspend.invokeExact(sink);
                listen.invokeExact(sink, before);
                end(null, outcome);
            } catch (Throwable failure) {
                restore(before, failure);
                end(failure, outcome);
            }
        }

        private void restore(@Nullable Object before, Throwable failure) {
            try {
                listen.invokeExact(sink, before);
            } catch (Throwable again) {
                failure.addSuppressed(again);
            }
        }

        /** What Undertow wanted to write meanwhile leaves now. */
        private void end(@Nullable Throwable failure, Consumer<@Nullable Throwable> outcome) {
            Throwable why = failure;
            flushing.setVolatile(channel, false);
            try {
                if (!((Collection<?>) newFrames.get(channel)).isEmpty()) {
                    flushFrames.invokeExact(channel);
                }
            } catch (Throwable second) {
                why = failure == null ? second : failure;
            }
            outcome.accept(why);
        }
    }
}
