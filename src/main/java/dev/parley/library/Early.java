package dev.parley.library;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.annotation.HandlesTypes;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts Parley where the application finds it before any listener is called: in which order the listeners of an application and of
 * its libraries are called is not the libraries' to say. And notes the application's endpoints. Named in {@code META-INF/services}.
 *
 * @see <a href="https://jakarta.ee/specifications/servlet/6.0/">Jakarta Servlet 6.0, sections 8.2.3 and 8.2.4</a>
 */
@HandlesTypes(ServerEndpoint.class)
public final class Early implements ServletContainerInitializer {
    @Override
    public void onStartup(@Nullable Set<Class<?>> endpoints, ServletContext context) {
        LocalParley.of(context);
        context.setAttribute(OwnEndpoints.ATTRIBUTE, endpoints == null ? Set.of() : Set.copyOf(endpoints));
    }
}
