package dev.parley.connection.frames;

import dev.parley.node.Reach;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Jetty 12. Its own way for a message is encoding it per session, a frame, an entry in a queue with a timeout, and a header in a
 * buffer of its own.
 *
 * <p>Its rule: a flusher of the connection has at most one write under way, and is then in the state {@code PENDING}. It is put into
 * that state, what is written goes to the end point, encrypted or not, and when that is done the flusher is told that its write is:
 * it goes on with what has been queued meanwhile, pongs and closes included.
 */
final class JettyFrames implements Server {
    private static final String UTIL = "org.eclipse.jetty.util.";

    private final Way toCore;
    private final Way toFlusher;
    private final Way toEndPoint;
    private final VarHandle lock;
    private final VarHandle lockOfLock;
    private final VarHandle state;
    private final Object idle;
    private final Object pending;
    private final MethodHandle isOutputOpen;
    private final MethodHandle succeeded;
    private final MethodHandle failed;
    private final MethodHandle callback;
    private final MethodHandle write;

    JettyFrames(Object session) throws Throwable {
        this.toCore = Way.of(session, "coreSession");
        this.toFlusher = Way.of(session, "coreSession", "getConnection()", "flusher");
        this.toEndPoint = Way.of(session, "coreSession", "getConnection()", "flusher", "_endPoint");
        Class<?> core = toCore.from(session).getClass();
        this.isOutputOpen =
                Reach.method(core, "isOutputOpen").asType(MethodType.methodType(boolean.class, Object.class));
        Class<?> flusher = Reach.load(core, UTIL + "IteratingCallback");
        this.lock = Reach.field(flusher, "_lock");
        this.lockOfLock = Reach.field(lock.varType(), "_lock");
        this.state = Reach.field(flusher, "_state");
        this.idle = Reach.constant(state.varType(), "IDLE");
        this.pending = Reach.constant(state.varType(), "PENDING");
        this.succeeded = Reach.method(flusher, "succeeded").asType(MethodType.methodType(void.class, Object.class));
        this.failed = Reach.method(flusher, "failed", Throwable.class)
                .asType(MethodType.methodType(void.class, Object.class, Throwable.class));
        Class<?> callbackType = Reach.load(core, UTIL + "Callback");
        this.callback = Reach.method(callbackType, "from", Runnable.class, Consumer.class)
                .asType(MethodType.methodType(Object.class, Runnable.class, Consumer.class));
        this.write = Reach.method(
                        Reach.load(core, "org.eclipse.jetty.io.EndPoint"), "write", callbackType, ByteBuffer[].class)
                .asFixedArity()
                .asType(MethodType.methodType(void.class, Object.class, Object.class, ByteBuffer[].class));
    }

    @Override
    public FrameWriter over(Object session) throws Throwable {
        Object core = toCore.from(session);
        Object flusher = toFlusher.from(session);
        Object endPoint = toEndPoint.from(session);
        Lock guard = (Lock) lockOfLock.get(lock.get(flusher));
        return (frames, outcome) -> {
            try {
                if (!(boolean) isOutputOpen.invokeExact(core)
                        || Thread.currentThread().isInterrupted() // whose write would close the socket
                        || !takeTurn(flusher, guard)) {
                    return false;
                }
            } catch (Throwable failure) {
                outcome.accept(failure);
                return true;
            }
            try {
                Runnable done = () -> outcome.accept(next(flusher));
                Consumer<Throwable> notDone = failure -> outcome.accept(end(flusher, failure));
                Object told = callback.invokeExact(done, notDone);
                write.invokeExact(endPoint, told, frames);
            } catch (Throwable failure) {
                outcome.accept(end(flusher, failure));
            }
            return true;
        };
    }

    private boolean takeTurn(Object flusher, Lock guard) {
        guard.lock();
        try {
            if (state.get(flusher) != idle) {
                return false;
            }
            state.set(flusher, pending);
            return true;
        } finally {
            guard.unlock();
        }
    }

    /** The flusher goes on with what it has. What is written is written, whatever becomes of that. */
    private @Nullable Throwable next(Object flusher) {
        try {
            succeeded.invokeExact(flusher);
            return null;
        } catch (Throwable failure) {
            return failure;
        }
    }

    private Throwable end(Object flusher, Throwable failure) {
        try {
            failed.invokeExact(flusher, failure);
        } catch (Throwable second) {
            failure.addSuppressed(second);
        }
        return failure;
    }
}
