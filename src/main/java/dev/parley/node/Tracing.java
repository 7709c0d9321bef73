package dev.parley.node;

import java.lang.System.Logger.Level;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is told to OpenTelemetry of a message on its way, if its API is there; this class itself tells nobody. Which it is stands
 * fixed once it is loaded. Thread-safe; nothing here throws.
 */
public class Tracing {
    private static final Tracing HERE = find();

    Tracing() {}

    /** The one for this class loader. */
    public static Tracing here() {
        return HERE;
    }

    /** Our own class is linked against what its own loader sees, so no other one is asked. */
    private static Tracing find() {
        ClassLoader loader = Tracing.class.getClassLoader();
        try {
            Class.forName("io.opentelemetry.api.GlobalOpenTelemetry", false, loader);
            return Class.forName("dev.parley.node.OpenTelemetryTracing", true, loader)
                    .asSubclass(Tracing.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ClassNotFoundException none) {
            return new Tracing();
        } catch (ReflectiveOperationException | LinkageError | RuntimeException unusable) {
            System.getLogger(Tracing.class.getName())
                    .log(Level.WARNING, "nothing is traced: OpenTelemetry's API here is older than 1.57", unusable);
            return new Tracing();
        }
    }

    /** What somebody publishes for. */
    public interface Origin {
        /** The same for what goes on for long: each message is a trace of its own with a link to this. Null if nobody records this one. */
        @Nullable
        Origin linked();

        /**
         * Something is about to be stored; null if that cannot be told.
         *
         * @param room its name; null if there are several
         * @param messages how many there are
         */
        @Nullable
        Publishing publish(@Nullable String room, int messages);
    }

    /** Something that is being published. */
    public interface Publishing {
        /** Its W3C Trace Context, as {@link #delivered} takes it; empty if nobody records it. */
        String context();

        /** It is stored, under that id if it is one message, or it failed. */
        void ended(@Nullable String message, @Nullable Throwable failure);
    }

    /** What the calling thread does, or else what these headers say that somebody does; null where there is nobody to tell. */
    public @Nullable Origin origin(UnaryOperator<@Nullable String> headers) {
        return null;
    }

    /**
     * A message has been given to all members that a room has on this node.
     *
     * @param context of its publishing
     * @param toldNanos when this node was told of it, by {@link System#nanoTime}
     */
    public void delivered(String room, String message, String context, int members, long toldNanos) {}
}
