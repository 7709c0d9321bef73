package dev.parley.library;

import dev.parley.handshake.Dependencies;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.TokenVerifier;
import dev.parley.session.Routes;
import jakarta.servlet.ServletContext;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An application's own endpoints, and what they and their dependencies ask for. To be called while the application starts, with its
 * class loader in the thread's context.
 */
public final class OwnEndpoints {
    static final String ATTRIBUTE = "dev.parley.endpoints";

    private OwnEndpoints() {}

    /** Those of its classes that are annotated as endpoints, and have our configurator. */
    public static List<Class<?>> found(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) instanceof Set<?> found
                ? found.stream()
                        .<Class<?>>map(type -> (Class<?>) type)
                        .filter(OwnEndpoints::isOurs)
                        .sorted(Comparator.comparing(Class::getName))
                        .toList()
                : List.of();
    }

    /** Some servers tell of subclasses, too, which do not inherit the annotation. */
    private static boolean isOurs(Class<?> type) {
        ServerEndpoint declared = type.getAnnotation(ServerEndpoint.class);
        return declared != null && declared.configurator() == HandshakeConfigurator.class;
    }

    /** Injects what its endpoints ask for, where there is CDI. */
    public static Routes.Injection injection() {
        try {
            return Injected.into();
        } catch (IllegalStateException | LinkageError noCdi) {
            return Routes.Injection.NONE;
        }
    }

    /**
     * Its objects, for parameters of their type: a bean where there is CDI, or else what it keeps as an attribute of its context under the
     * type's name.
     */
    public static Dependencies.Lookup objects(ServletContext context) {
        return type -> type.getName().startsWith("java.") || type.isPrimitive() || type.isEnum() || type.isArray()
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
            return Injected.one(type);
        } catch (IllegalStateException | LinkageError noCdi) {
            return Optional.empty();
        }
    }
}
