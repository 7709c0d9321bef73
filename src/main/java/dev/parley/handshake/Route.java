package dev.parley.handshake;

import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint as the gate knows it: its path, its parameters, and how to make one. Immutable.
 */
public final class Route {
    private final Class<?> endpoint;
    private final Class<? extends Record> parameters;
    private final String path;
    private final Supplier<?> factory;
    private final PathTemplate template;
    private final Binder binder;
    private final List<String> subprotocols;
    private final @Nullable Class<? extends Endpoint> adapter;

    private Route(
            Class<?> endpoint,
            Class<? extends Record> parameters,
            String path,
            List<String> subprotocols,
            Supplier<?> factory,
            Dependencies dependencies,
            @Nullable Class<? extends Endpoint> adapter) {
        this.endpoint = endpoint;
        this.parameters = parameters;
        this.path = path;
        this.factory = factory;
        this.subprotocols = List.copyOf(subprotocols);
        this.adapter = adapter;
        try {
            this.template = new PathTemplate(path);
            this.binder = new Binder(parameters, template, dependencies);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(endpoint + ": " + wrong.getMessage(), wrong);
        }
    }

    /**
     * A route to an annotated endpoint, which says in {@code @Binds} what its handshake brings.
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
    public static <E> Route to(Class<E> endpoint, Supplier<? extends E> factory, Dependencies dependencies) {
        Binds binds = endpoint.getAnnotation(Binds.class);
        if (binds == null) {
            throw undeclared(endpoint);
        }
        return to(endpoint, binds.value(), factory, dependencies);
    }

    /** The same for what is declared elsewhere than in {@code @Binds}. */
    public static Route to(
            Class<?> endpoint, Class<? extends Record> parameters, Supplier<?> factory, Dependencies dependencies) {
        ServerEndpoint declared = endpoint.getAnnotation(ServerEndpoint.class);
        if (declared == null || declared.configurator() != HandshakeConfigurator.class) {
            throw undeclared(endpoint);
        }
        return new Route(
                endpoint, parameters, declared.value(), List.of(declared.subprotocols()), factory, dependencies, null);
    }

    private static IllegalArgumentException undeclared(Class<?> endpoint) {
        return new IllegalArgumentException(
                endpoint
                        + " must have @ServerEndpoint(configurator = HandshakeConfigurator.class), and extend ParleyEndpoint or have @Binds");
    }

    /**
     * A route to an endpoint that the container does not find by itself, and is told of by {@link #config}.
     *
     * @param path where it is
     * @param subprotocols of which a visitor must offer one; none if it speaks none
     * @param adapter what the container calls; what the factory makes is one
     * @throws IllegalArgumentException if what the endpoint declares cannot work; the message names it
     */
    public static Route at(
            String path,
            Class<?> endpoint,
            Class<? extends Record> parameters,
            List<String> subprotocols,
            Class<? extends Endpoint> adapter,
            Supplier<? extends Endpoint> factory,
            Dependencies dependencies) {
        return new Route(endpoint, parameters, path, subprotocols, factory, dependencies, adapter);
    }

    /** A route to a stream, which no endpoint serves: what {@link Gate#admit} binds for it is {@code parameters}. */
    public static Route stream(String path, Class<? extends Record> parameters, Dependencies dependencies) {
        return new Route(parameters, parameters, path, List.of(), () -> path, dependencies, null);
    }

    /** How the container is told of an endpoint that it does not find by itself; nothing if it does. */
    public Optional<ServerEndpointConfig> config() {
        return Optional.ofNullable(adapter)
                .map(called -> ServerEndpointConfig.Builder.create(called, path)
                        .subprotocols(subprotocols)
                        .configurator(new HandshakeConfigurator(path))
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

    /** What its handshake brings. */
    public Class<? extends Record> parameters() {
        return parameters;
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
