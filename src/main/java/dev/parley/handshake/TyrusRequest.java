package dev.parley.handshake;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.lang.reflect.Modifier;

/**
 * A handshake on its way to Tyrus in a servlet container (Payara, GlassFish), whose upgrade is left to {@link TyrusUpgrade}. On
 * every other server requests stay as they are.
 */
final class TyrusRequest extends HttpServletRequestWrapper {
    /** How the names of Tyrus's classes begin. */
    static final String TYRUS = "org.glassfish.tyrus.";

    private TyrusRequest(HttpServletRequest request) {
        super(request);
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
