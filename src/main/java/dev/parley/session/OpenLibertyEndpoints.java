package dev.parley.session;

import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.HashSet;
import java.util.Set;

/**
 * Open Liberty finds no callback that is inherited, and starts no application with an endpoint that has none
 * ({@code AnnotatedEndpoint#getDeclaredMethodsPrivileged}). There endpoints of ours are kept from its scan, and it is told of
 * them by a call instead. Found by every server; elsewhere it leaves all as it is.
 */
public final class OpenLibertyEndpoints implements ServerApplicationConfig {
    private static final String PACKAGE = "com.ibm.ws.wsoc.";
    private static final StackWalker STACK = StackWalker.getInstance();

    /** Whether it is Open Liberty's, whose class is in another package for each version, and extends one that is not. */
    public static boolean isOf(ServerContainer container) {
        Class<?> type = container.getClass();
        while (type != null && !type.getName().startsWith(PACKAGE)) {
            type = type.getSuperclass();
        }
        return type != null;
    }

    @Override
    public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> scanned) {
        return Set.of();
    }

    @Override
    public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
        Set<Class<?>> taken = new HashSet<>(scanned);
        if (STACK.walk(
                callers -> callers.anyMatch(caller -> caller.getClassName().startsWith(PACKAGE)))) {
            taken.removeIf(SessionEndpoint.class::isAssignableFrom);
        }
        return taken;
    }
}
