package dev.parley.handshake;

import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * An endpoint as the gate knows it: its path, its parameters, and how to make one. Immutable.
 */
public final class Route {
    private final Class<?> endpoint;
    private final String path;
    private final Supplier<?> factory;
    private final PathTemplate template;
    private final Binder binder;
    private final List<String> subprotocols;

    private Route(
            Class<?> endpoint, String path, List<String> subprotocols, Supplier<?> factory, Dependencies dependencies) {
        Binds binds = endpoint.getAnnotation(Binds.class);
        if (binds == null) {
            throw new IllegalArgumentException(
                    endpoint + " must have @ServerEndpoint(configurator = HandshakeConfigurator.class) and @Binds");
        }
        this.endpoint = endpoint;
        this.path = path;
        this.factory = factory;
        this.subprotocols = List.copyOf(subprotocols);
        try {
            this.template = new PathTemplate(path);
            this.binder = new Binder(binds.value(), template, dependencies);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(endpoint + ": " + wrong.getMessage(), wrong);
        }
    }

    /**
     * A route to an annotated endpoint.
     *
     * @param factory makes one endpoint for each connection
     * @throws IllegalArgumentException if what the endpoint declares cannot work; the message names it
     */
    public static <E> Route to(Class<E> endpoint, Supplier<E> factory) {
        return to(endpoint, factory, Dependencies.none());
    }

    /**
     * A route to an annotated endpoint, whose dependencies need something of the application.
     *
     * @param factory makes one endpoint for each connection
     * @throws IllegalArgumentException if what the endpoint declares cannot work; the message names it
     */
    public static <E> Route to(Class<E> endpoint, Supplier<E> factory, Dependencies dependencies) {
        ServerEndpoint declared = endpoint.getAnnotation(ServerEndpoint.class);
        if (declared == null || declared.configurator() != HandshakeConfigurator.class) {
            throw new IllegalArgumentException(
                    endpoint + " must have @ServerEndpoint(configurator = HandshakeConfigurator.class) and @Binds");
        }
        return new Route(endpoint, declared.value(), List.of(declared.subprotocols()), factory, dependencies);
    }

    /**
     * A route to an endpoint that is no annotated one, and is registered with the container by {@link #config}.
     *
     * @param path where it is
     * @param subprotocols of which a visitor must offer one; none if it speaks none
     * @throws IllegalArgumentException if what the endpoint declares cannot work; the message names it
     */
    public static <E extends Endpoint> Route at(
            String path, Class<E> endpoint, List<String> subprotocols, Supplier<E> factory, Dependencies dependencies) {
        return new Route(endpoint, path, subprotocols, factory, dependencies);
    }

    /** How the container is told of an endpoint that is not annotated; nothing if it finds it by itself. */
    public Optional<ServerEndpointConfig> config() {
        return endpoint.isAnnotationPresent(ServerEndpoint.class)
                ? Optional.empty()
                : Optional.of(ServerEndpointConfig.Builder.create(endpoint, path)
                        .subprotocols(subprotocols)
                        .configurator(new HandshakeConfigurator())
                        .build());
    }

    /** The path template, as it is declared. */
    public String path() {
        return path;
    }

    /** The class. */
    public Class<?> endpoint() {
        return endpoint;
    }

    Object newEndpoint() {
        return factory.get();
    }

    PathTemplate template() {
        return template;
    }

    /** What a visitor must offer one of; nothing, if the endpoint speaks none. */
    public List<String> subprotocols() {
        return subprotocols;
    }

    /** Binds one visitor; what is opened for it is closed by {@code closing}. */
    Handshake bind(Visitor visitor, Executor closing) {
        return new Handshake(endpoint, binder.bind(visitor), closing).at(path);
    }

    @Override
    public String toString() {
        return endpoint.getName() + " at " + template;
    }
}
