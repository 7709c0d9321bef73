package dev.parley.handshake;

import dev.parley.node.Tracing;
import jakarta.websocket.server.ServerEndpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A gate for containers without servlets, where no filter can run: the test says what the gate would have bound for the next
 * handshake. It stands where the real one stands, behind the configurator, until it is closed.
 */
public final class ScriptedGate implements AutoCloseable {
    private final AtomicReference<@Nullable Handshake> next = new AtomicReference<>();

    @SuppressWarnings("ThreadLocalUsage")
    private ScriptedGate(List<Route> routes) {
        HandshakeConfigurator.install(new Gate(routes, GateTest.rules(() -> {}), new Script(next)));
    }

    /** Installs a gate that lets nobody in until it is told to. */
    public static ScriptedGate install(List<Route> routes) {
        return new ScriptedGate(routes);
    }

    /** The next handshake is accepted, for this endpoint and with these parameters. */
    public void admit(Class<?> endpoint, Record parameters) {
        next.set(handshake(endpoint, parameters));
    }

    /**
     * The next handshake was bound for another endpoint than the one that the container maps it to, so its session opens with
     * nothing bound.
     */
    public void misdirect() {
        next.set(handshake(Elsewhere.class, new Elsewhere.Visit()));
    }

    /** User properties as the configurator leaves them to a session. */
    public static Map<String, Object> userProperties(Class<?> endpoint, Record parameters) {
        Map<String, Object> properties = new HashMap<>();
        handshake(endpoint, parameters).storeIn(properties);
        return properties;
    }

    /** A handshake that was accepted, of a visitor who does something that is traced. */
    public static Handshake handshake(Class<?> endpoint, Record parameters, Tracing.Origin origin) {
        return handshake(endpoint, parameters).from("", origin);
    }

    /** User properties as the configurator leaves them, of such a handshake. */
    public static Map<String, Object> userProperties(Class<?> endpoint, Record parameters, Tracing.Origin origin) {
        Map<String, Object> properties = new HashMap<>();
        handshake(endpoint, parameters, origin).storeIn(properties);
        return properties;
    }

    /** User properties as the configurator leaves them, of a handshake that holds something until it ends. */
    public static Map<String, Object> userProperties(Class<?> endpoint, Record parameters, AutoCloseable held) {
        Map<String, Object> properties = new HashMap<>();
        Cleanup cleanup = new Cleanup();
        cleanup.add(held);
        handshake(endpoint, parameters, cleanup).storeIn(properties);
        return properties;
    }

    private static Handshake handshake(Class<?> endpoint, Record parameters) {
        return handshake(endpoint, parameters, new Cleanup());
    }

    static Handshake handshake(Class<?> endpoint, Record parameters, Cleanup cleanup) {
        return new Handshake(endpoint, new Binder.Bound(parameters, Optional.empty(), cleanup), Runnable::run);
    }

    @Override
    public void close() {
        HandshakeConfigurator.install(null);
    }

    @ServerEndpoint("/elsewhere")
    private static final class Elsewhere {
        record Visit() {}
    }

    /** Not bound to a thread at all, because the test's thread is never the container's. */
    private static final class Script extends ThreadLocal<Handshake> {
        private final AtomicReference<@Nullable Handshake> next;

        Script(AtomicReference<@Nullable Handshake> next) {
            this.next = next;
        }

        @Override
        public @Nullable Handshake get() {
            return next.get();
        }

        @Override
        public void remove() {
            next.set(null);
        }
    }
}
