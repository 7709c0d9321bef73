package dev.parley;

import jakarta.servlet.ServletContext;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rooms, from inside an application. One per deployment: it is there from the start of the application, before its own listeners
 * are called, until its end. Thread-safe.
 *
 * <p>With CDI it is injected: {@code @Inject Parley parley}. Everything that a call asks of an engine is answered by a stage, which
 * completes on a thread of Parley's and fails with a {@link ParleyException}; what follows it there must not block. After the end
 * of the application every stage fails.
 */
public interface Parley {
    /**
     * The one of this application.
     *
     * @throws IllegalStateException if Parley is not in this application, or has not started
     */
    static Parley of(ServletContext context) {
        if (context.getAttribute(Parley.class.getName()) instanceof Parley parley) {
            return parley;
        }
        throw new IllegalStateException("Parley does not run in the application " + context.getContextPath()
                + ": its jar belongs into WEB-INF/lib, and the log says why it did not start");
    }

    /**
     * Adds policies and listeners: {@code Parley.configure(context, options -> options.policy(new OrderPolicy()))}. To be called by a listener
     * of the servlet context while the application starts; with CDI, or as services, neither needs it.
     *
     * @throws IllegalStateException as {@link #of}
     * @throws IllegalArgumentException as the options
     */
    static void configure(ServletContext context, Consumer<Options> configuring) {
        if (of(context) instanceof Options options) {
            configuring.accept(options);
        }
    }

    /**
     * A room. It costs nothing, asks nobody and creates nothing: a room is there when something is said in it.
     *
     * @param name 1 to 100 of {@code a-z 0-9 . _ : -}, a letter or digit first
     * @throws IllegalArgumentException if it is no such name
     */
    Room room(String name);

    /**
     * Says the same in several rooms, and keeps it: in all of them or in none, so that nobody reads of half a change. Over a Redis Cluster,
     * where rooms are on several servers, some may have it when it fails; a {@link Publication#key} makes trying again safe. Complete, and
     * failing, as {@link Room#publish(Publication)}.
     *
     * @param rooms their names, 1 to 100
     * @throws IllegalArgumentException if one is no such name, there are none or too many, or no JSON becomes of what is said
     */
    CompletionStage<Map<String, Published>> publish(Collection<String> rooms, Publication publication);

    /** The same, of something as {@link Room#publish(Object)} takes it. */
    default CompletionStage<Map<String, Published>> publish(Collection<String> rooms, @Nullable Object data) {
        return publish(rooms, Publication.of(data));
    }

    /**
     * How this node is doing. Cheap.
     *
     * @throws IllegalStateException if it has not started
     */
    Status status();

    /**
     * A user. It costs nothing and asks nobody; whether there is one of that name nobody knows.
     *
     * @param name as {@link Caller#name} has it, any text of 1 to 255 characters: {@code carol@example.com} is not {@code Carol}
     * @throws IllegalArgumentException if it is no such name
     */
    User user(String name);
}
