package dev.parley.library;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.jspecify.annotations.Nullable;

/**
 * The application's own context for threads of Parley's that call it, on servers with Jakarta Concurrency: its names ({@code
 * java:comp}, {@code java:app}) and its class loader. Open Liberty makes no persistence unit on a thread that has none.
 *
 * @see <a href="https://jakarta.ee/specifications/concurrency/3.0/">Jakarta Concurrency 3.0, ContextService</a>
 */
public final class ServerContext {
    private static final String NAME = "java:comp/DefaultContextService";
    private static final String TYPE = "jakarta.enterprise.concurrent.ContextService";

    private ServerContext() {}

    /** Threads that are in the context in which this is called, which is to be while the application starts. */
    public static ThreadFactory around(ThreadFactory factory) {
        Executor context = capture();
        return context == null ? factory : task -> factory.newThread(() -> run(task, context));
    }

    /** The specification's interface is not on every server, and is therefore not compiled against. */
    @SuppressWarnings("BanJNDI") // the name is the specification's
    private static @Nullable Executor capture() {
        try {
            Object service = new InitialContext().lookup(NAME);
            Class<?> type = Class.forName(TYPE, false, service.getClass().getClassLoader());
            Executor here = Runnable::run;
            return (Executor) type.getMethod("createContextualProxy", Object.class, Class.class)
                    .invoke(service, here, Executor.class);
        } catch (NamingException | ReflectiveOperationException none) { // Tomcat and Jetty
            return null;
        }
    }

    /** A server may have no context for an application that is not up yet, or no longer. */
    private static void run(Runnable task, Executor context) {
        AtomicBoolean hasBegun = new AtomicBoolean();
        try {
            context.execute(() -> {
                hasBegun.set(true);
                task.run();
            });
        } catch (RuntimeException noContext) {
            if (hasBegun.get()) {
                throw noContext;
            }
            task.run();
        }
    }
}
