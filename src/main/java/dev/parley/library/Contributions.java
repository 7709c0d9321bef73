package dev.parley.library;

import dev.parley.ParleyListener;
import dev.parley.RoomPolicy;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.TokenVerifier;
import dev.parley.session.Routes;
import jakarta.servlet.ServletContext;
import jakarta.websocket.server.ServerEndpoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;

/** What the application adds to Parley without a call: services, and beans where there is CDI. */
public final class Contributions {
    static final String ENDPOINTS = "dev.parley.endpoints";

    private Contributions() {}

    /** Its policies. To be called while the application starts, with its class loader in the thread's context; so for the others. */
    /** Those of its classes that are annotated as endpoints, and have our configurator. */
    public static List<Class<?>> endpoints(ServletContext context) {
        return context.getAttribute(ENDPOINTS) instanceof Set<?> found
                ? found.stream()
                        .<Class<?>>map(type -> (Class<?>) type)
                        .filter(type ->
                                type.getAnnotation(ServerEndpoint.class).configurator() == HandshakeConfigurator.class)
                        .sorted(Comparator.comparing(Class::getName))
                        .toList()
                : List.of();
    }

    /** Injects what its endpoints ask for, where there is CDI. */
    public static Routes.Injection injection() {
        try {
            return Beans.injection();
        } catch (IllegalStateException | LinkageError noCdi) {
            return Routes.Injection.NONE;
        }
    }

    /**
     * Its objects, for parameters of their type: a bean where there is CDI, or else what it keeps as an attribute of its context under the
     * type's name.
     */
    public static Dependencies.Lookup objects(ServletContext context) {
        return type -> type.getName().startsWith("java.") || type.isPrimitive()
                ? Optional.empty()
                : bean(type)
                        .or(() -> Optional.of(() -> {
                            Object kept = context.getAttribute(type.getName());
                            if (!type.isInstance(kept)) {
                                throw new IllegalStateException("there is no " + type.getName()
                                        + ", neither a bean nor an attribute of the servlet context under that name");
                            }
                            return kept;
                        }));
    }

    /** Its own way to tell whose a token is, if it has one: a service, or a bean. */
    public static Optional<TokenVerifier> verifier() {
        return ServiceLoader.load(TokenVerifier.class)
                .findFirst()
                .or(() -> bean(TokenVerifier.class).map(bean -> (TokenVerifier) bean.get()));
    }

    private static Optional<Supplier<Object>> bean(Class<?> type) {
        try {
            return Beans.one(type);
        } catch (IllegalStateException | LinkageError noCdi) {
            return Optional.empty();
        }
    }

    /** Its policies. To be called while the application starts, with its class loader in the thread's context. */
    public static List<RoomPolicy> policies() {
        List<RoomPolicy> policies = new ArrayList<>();
        ServiceLoader.load(RoomPolicy.class).forEach(policies::add);
        policies.addAll(inCdi(() -> Beans.of(RoomPolicy.class)));
        return policies;
    }

    /** Its listeners, and observers of CDI. */
    public static List<ParleyListener<?>> listeners() {
        List<ParleyListener<?>> listeners = new ArrayList<>();
        ServiceLoader.load(ParleyListener.class).forEach(listeners::add);
        listeners.addAll(inCdi(() -> Beans.listeners())); // a reference to the method would be linked outside, and fail there
        return listeners;
    }

    private static <T> List<T> inCdi(Supplier<List<T>> beans) {
        try {
            return beans.get();
        } catch (IllegalStateException | LinkageError noCdi) {
            return List.of(); // the server has none, or the application has no beans
        }
    }
}
