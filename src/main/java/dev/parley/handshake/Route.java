package dev.parley.handshake;

import jakarta.websocket.server.ServerEndpoint;
import java.util.function.Supplier;

/**
 * An endpoint as the gate knows it: its path, its parameters, and how to make one. Immutable.
 */
public final class Route {
    private final Class<?> endpoint;
    private final Supplier<?> factory;
    private final PathTemplate template;
    private final Binder binder;

    private Route(Class<?> endpoint, Supplier<?> factory) {
        ServerEndpoint declared = endpoint.getAnnotation(ServerEndpoint.class);
        Binds binds = endpoint.getAnnotation(Binds.class);
        if (declared == null || binds == null || declared.configurator() != HandshakeConfigurator.class) {
            throw new IllegalArgumentException(
                    endpoint + " must have @ServerEndpoint(configurator = HandshakeConfigurator.class) and @Binds");
        }
        this.endpoint = endpoint;
        this.factory = factory;
        this.template = new PathTemplate(declared.value());
        this.binder = new Binder(binds.value(), template);
    }

    /**
     * A route to an annotated endpoint.
     *
     * @param factory makes one endpoint for each connection
     * @throws IllegalArgumentException if what the endpoint declares cannot work; the message names it
     */
    public static <E> Route to(Class<E> endpoint, Supplier<E> factory) {
        return new Route(endpoint, factory);
    }

    Class<?> endpoint() {
        return endpoint;
    }

    Object newEndpoint() {
        return factory.get();
    }

    PathTemplate template() {
        return template;
    }

    Handshake bind(Visit visit) {
        return new Handshake(endpoint, (Record) binder.bind(visit));
    }
}
