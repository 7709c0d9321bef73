package dev.parley.handshake;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.lang.reflect.Modifier;

/**
 * A handshake on its way to Tyrus in a servlet container (Payara, GlassFish), whose upgrade is left to {@link TyrusUpgrade}. On
 * every other server requests stay as they are.
 */
final class TyrusRequest extends HttpServletRequestWrapper {
    private static final String TYRUS = "org.glassfish.tyrus.";

    private TyrusRequest(HttpServletRequest request) {
        super(request);
    }

    /** Whether the WebSockets of this server are Tyrus's. */
    static boolean isNeededIn(ServletContext context) {
        Object container = context.getAttribute(ServerContainer.class.getName());
        return container != null && container.getClass().getName().startsWith(TYRUS);
    }

    static HttpServletRequest of(HttpServletRequest request) {
        return new TyrusRequest(request);
    }

    @Override
    public <T extends HttpUpgradeHandler> T upgrade(Class<T> type) throws IOException, ServletException {
        if (!type.getName().startsWith(TYRUS) || !Modifier.isPublic(type.getModifiers())) {
            return super.upgrade(type);
        }
        T theirs;
        try {
            theirs = type.getConstructor().newInstance();
        } catch (ReflectiveOperationException otherwiseMade) {
            return super.upgrade(type);
        }
        super.upgrade(TyrusUpgrade.class).leadTo(theirs);
        return theirs;
    }
}
