package dev.parley.api;

import jakarta.servlet.AsyncContext;
import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The server's thread that has called a servlet, and goes on with the response for a while when that has returned.
 *
 * <p>On GlassFish and Payara what another thread sets meanwhile may be lost: one refusal in some ten thousand left as 200. They put off
 * the end of an asynchronous answer until that thread is done ({@code AsyncContextImpl#onExitService}), and know by a flag whether it is.
 * Others need no care.
 */
final class ServerThread {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private ServerThread() {}

    /** Returns when that thread has left the request. By another thread than that one, before it touches the response. */
    static void awaitItsLeaving(AsyncContext context) {
        try {
            Method isInside = context.getClass().getDeclaredMethod("isDelayAsyncDispatchAndComplete");
            isInside.setAccessible(true);
            long start = System.nanoTime();
            while ((boolean) isInside.invoke(context) && System.nanoTime() - start < PATIENCE_NANOS) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (ReflectiveOperationException | RuntimeException another) {
            // it has no such flag
        }
    }
}
