package dev.parley.handshake;

import jakarta.websocket.server.ServerEndpoint;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * An endpoint as the gate knows it: its path, its parameters, and how to make one. Immutable.
 */
public final class Route {
    private final Class<?> endpoint;
    private final Supplier<?> factory;
    private final PathTemplate template;
    private final Binder binder;
    private final List<String> subprotocols;

    private Route(Class<?> endpoint, Supplier<?> factory, Dependencies dependencies) {
        ServerEndpoint declared = endpoint.getAnnotation(ServerEndpoint.class);
        Binds binds = endpoint.getAnnotation(Binds.class);
        if (declared == null || binds == null || declared.configurator() != HandshakeConfigurator.class) {
            throw new IllegalArgumentException(
                    endpoint + " must have @ServerEndpoint(configurator = HandshakeConfigurator.class) and @Binds");
        }
        this.endpoint = endpoint;
        this.factory = factory;
        this.subprotocols = List.of(declared.subprotocols());
        try {
            this.template = new PathTemplate(declared.value());
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
        return new Route(endpoint, factory, dependencies);
    }

    /** The annotated class. */
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
    List<String> subprotocols() {
        return subprotocols;
    }

    /** Binds one visitor; what is opened for it is closed by {@code closing}. */
    Handshake bind(Visitor visitor, Executor closing) {
        return new Handshake(endpoint, binder.bind(visitor), closing);
    }

    @Override
    public String toString() {
        return endpoint.getName() + " at " + template;
    }
}
