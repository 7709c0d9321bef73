package dev.parley.guide;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.tyrus.container.grizzly.server.WebSocketAddOn;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/**
 * Tyrus in this process, on a free port of the loopback interface; its own {@code Server} would listen on all interfaces. There
 * are no servlets here, so no filter.
 */
final class TyrusOnLoopback implements AutoCloseable {
    private static final String ADDRESS = "127.0.0.1";
    private static final Logger GRIZZLY =
            Logger.getLogger("org.glassfish.grizzly"); // held, else its level is forgotten

    private final HttpServer http = new HttpServer();
    // Its default strategy opens a session and reads its messages on one thread, so none is read before the session is
    // open.
    private final NetworkListener listener = new NetworkListener("loopback", ADDRESS, 0);
    private final Container container;

    private TyrusOnLoopback(Set<Class<?>> endpoints) {
        container = new Container(endpoints);
    }

    static TyrusOnLoopback serving(Class<?>... endpoints) throws IOException, DeploymentException {
        GRIZZLY.setLevel(Level.WARNING); // else four lines for each test
        TyrusOnLoopback tyrus = new TyrusOnLoopback(Set.of(endpoints));
        tyrus.listener.registerAddOn(new WebSocketAddOn(tyrus.container, "/"));
        tyrus.http.addListener(tyrus.listener);
        tyrus.container.start("/", 0);
        tyrus.http.start();
        return tyrus;
    }

    URI at(String path) {
        return URI.create("ws://" + ADDRESS + ":" + listener.getPort() + path);
    }

    @Override
    public void close() {
        container.stop();
        http.shutdownNow();
    }

    /** Registers annotated classes with the engine, nothing else. */
    private static final class Container extends TyrusServerContainer {
        private final TyrusWebSocketEngine engine =
                TyrusWebSocketEngine.builder(this).build();

        Container(Set<Class<?>> endpoints) {
            super(endpoints);
        }

        @Override
        public void register(Class<?> endpoint) throws DeploymentException {
            engine.register(endpoint, "/");
        }

        @Override
        public void register(ServerEndpointConfig config) throws DeploymentException {
            engine.register(config, "/");
        }

        @Override
        public Map<String, Object> getProperties() {
            return Map.of();
        }

        @Override
        public WebSocketEngine getWebSocketEngine() {
            return engine;
        }
    }
}
