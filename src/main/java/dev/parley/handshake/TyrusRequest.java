package dev.parley.handshake;

import dev.parley.connection.TomcatRequest;
import dev.parley.node.Reach;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Modifier;
import java.util.List;

/**
 * A handshake on its way to Tyrus in a servlet container (Payara, GlassFish), whose upgrade is left to {@link TyrusUpgrade}. On
 * every other server requests stay as they are.
 */
final class TyrusRequest extends HttpServletRequestWrapper {
    /** How the names of Tyrus's classes begin. */
    static final String TYRUS = "org.glassfish.tyrus.";

    private static final Logger LOG = System.getLogger(TyrusRequest.class.getName());

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
        forgetEarlierRequests();
        super.upgrade(TyrusUpgrade.class).leadTo(theirs);
        return theirs;
    }

    /**
     * Payara takes the same object for one request after another, and may set what it knows of one of them after it has cleared it for
     * the next ({@code Request#onExitService} and {@code #initialiseHttpUpgradeHandler} of 6.2025): who is answered with 101 is then
     * never listened to. Here the object is this thread's.
     */
    private void forgetEarlierRequests() {
        Object facade = TomcatRequest.unwrapped(getRequest());
        for (String flag : List.of("handlerInitialised", "afterService", "resume")) {
            try {
                Object request = Reach.declared(facade.getClass(), "request").get(facade);
                Reach.declared(request.getClass(), flag).setBoolean(request, false);
            } catch (ReflectiveOperationException | RuntimeException otherServer) {
                LOG.log(Level.DEBUG, "nothing to forget: {0}", otherServer);
            }
        }
    }
}
