package dev.parley.session;

import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.HashSet;
import java.util.Set;

/**
 * Open Liberty finds no callback that is inherited, and starts no application with an endpoint that has none
 * ({@code AnnotatedEndpoint#getDeclaredMethodsPrivileged}). There endpoints of ours are kept from its scan, and it is told of
 * them by a call instead. Found by every server; elsewhere it leaves all as it is.
 */
public final class OpenLibertyEndpoints implements ServerApplicationConfig {
    private static final StackWalker STACK = StackWalker.getInstance();

    @Override
    public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> scanned) {
        return Set.of();
    }

    @Override
    public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
        Set<Class<?>> taken = new HashSet<>(scanned);
        if (STACK.walk(
                callers -> callers.anyMatch(caller -> caller.getClassName().startsWith("com.ibm.ws.wsoc.")))) {
            taken.removeIf(SessionEndpoint.class::isAssignableFrom);
        }
        return taken;
    }
}
