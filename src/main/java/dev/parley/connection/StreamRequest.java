package dev.parley.connection;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The request behind an event stream, which ends once, and not while one of our threads is in the server's code for it. Thread-safe.
 *
 * <p>A server that is told of a failure gives the request's objects to the next request as soon as our listeners have returned, though
 * the thread whose write has failed may still be on its way out of them (Tomcat 11: {@code AbstractProcessor#setErrorState} has another
 * thread begin before {@code OutputBuffer#realWriteBytes} notes the failure, which the next visitor's answer then has). So the listeners
 * wait until nobody is in the server's code.
 */
final class StreamRequest {
    private static final Logger LOG = System.getLogger(StreamWire.class.getName());

    /** How long a server's thread waits for one of ours to come out of its code, which does not block there. */
    private static final long COMING_OUT_MILLIS = 5_000;

    private final AsyncContext context;
    private final Runnable onOver;
    private final ReentrantLock inServer = new ReentrantLock();
    private volatile boolean isComplete; // set with the lock held, or by the server

    /** Calls {@code onOver} where the server has ended it already. */
    StreamRequest(AsyncContext context, Runnable onOver) {
        this.context = context;
        this.onOver = onOver;
    }

    void listen(AsyncListener listener) {
        context.addListener(listener);
    }

    /** One of our threads goes into the server's code, until {@link #exit}; to come out again at once if this is false. */
    boolean enter() {
        inServer.lock();
        return !isComplete;
    }

    void exit() {
        inServer.unlock();
    }

    /** The server says so. */
    void completed() {
        isComplete = true;
    }

    void complete() {
        end(context::complete);
    }

    /**
     * Ends a stream that nobody reads. Tomcat would have a thread wait until its last write times out ({@code OutputBuffer#close} in
     * {@code CoyoteAdapter#asyncDispatch}); so its connection is closed there, whereupon it tells of an error.
     */
    void cut() {
        end(() -> {
            try {
                TomcatRequest.act(context.getRequest(), "CLOSE_NOW");
            } catch (ReflectiveOperationException | RuntimeException another) {
                context.complete();
            }
        });
    }

    /** Once, and not while the server has given the request to somebody else. */
    private void end(Runnable how) {
        if (isComplete) {
            return;
        }
        inServer.lock();
        try {
            if (!isComplete) {
                isComplete = true;
                how.run();
            }
        } catch (Throwable already) { // by the server
            LOG.log(Level.DEBUG, () -> "a stream could not be completed: " + already);
            onOver.run();
        } finally {
            inServer.unlock();
        }
    }

    /** To be called first wherever the server tells that it has ended. */
    void awaitNobody() {
        try {
            if (inServer.tryLock(COMING_OUT_MILLIS, TimeUnit.MILLISECONDS)) {
                inServer.unlock();
            } else {
                LOG.log(Level.WARNING, "a stream ends while it is written to");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
