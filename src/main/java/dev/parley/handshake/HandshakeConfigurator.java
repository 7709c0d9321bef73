package dev.parley.handshake;

import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the container asks us during a handshake. It decides nothing: the gate has decided. It hands what the gate bound to
 * the session's user properties, and makes endpoints through the application.
 *
 * <p>The container makes one for each endpoint, at a time of its own choosing (Payara: after the context listener, all others:
 * before it), with no arguments. Hence the one static seam of this code base; there is one per class loader, so one per
 * deployment, and it is cleared on undeploy.
 */
public final class HandshakeConfigurator extends ServerEndpointConfig.Configurator {
    private static volatile @Nullable Gate gate;

    private final @Nullable String path;

    /** Of an endpoint that the container finds by itself; it is known by its class. */
    public HandshakeConfigurator() {
        this.path = null;
    }

    /** Of one that the container is told of; several may be adapted by one class. */
    HandshakeConfigurator(String path) {
        this.path = path;
    }

    /** Connects the container's instances to the application's gate, or to none. */
    public static void install(@Nullable Gate installed) {
        Gate before = gate;
        gate = installed;
        if (installed == null && before != null) {
            before.forget();
        }
    }

    /** Second line only. An Origin that the rule refuses never comes here, except when the gate was bypassed. */
    @Override
    public boolean checkOrigin(@Nullable String origin) {
        Gate current = gate;
        return current != null && current.isDeciding();
    }

    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        Gate current = gate;
        if (current != null) {
            // This map is the connection's own from WebSocket 2.1 on. Before, it was shared by concurrent handshakes.
            current.take(path, config.getEndpointClass())
                    .ifPresent(handshake -> handshake.storeIn(config.getUserProperties()));
        }
    }

    @Override
    public <T> T getEndpointInstance(Class<T> endpoint) throws InstantiationException {
        Gate current = gate;
        if (current == null) {
            throw new InstantiationException("the application has stopped");
        }
        return endpoint.cast(current.route(path, endpoint).newEndpoint());
    }

    /** The endpoint's own, which the gate has required; none where the endpoint declares none, whatever is offered. */
    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
        return supported.stream().filter(requested::contains).findFirst().orElse("");
    }

    /**
     * No extension is negotiated. Compression costs memory and time per connection (Tomcat and Jetty have it on by default), and
     * a message to a thousand members would be compressed a thousand times.
     */
    @Override
    public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
        return List.of();
    }
}
