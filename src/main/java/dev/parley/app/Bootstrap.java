package dev.parley.app;

import dev.parley.library.LocalParley;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Starts and stops the application with its deployment. Declared in {@code web.xml}.
 */
public final class Bootstrap implements ServletContextListener {
    private static final Logger LOG = System.getLogger("dev.parley");

    private @Nullable Application application;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        try {
            requireWebSocket21(ServerEndpointConfig.Configurator.class);
            application = Application.start(context, Settings.read(Sources.of(context)));
        } catch (SettingsException e) {
            LOG.log(Level.ERROR, "Parley cannot start: {0}", e.getMessage());
            throw e;
        } catch (Throwable e) { // some servers say only that a listener failed
            LOG.log(Level.ERROR, "Parley cannot start", e);
            throw e;
        } finally {
            if (application == null) {
                LocalParley.of(context).close(); // whoever has asked it already waits for the start
            }
        }
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        if (application != null) {
            application.stop();
            application = null; // Open Liberty may hold the listener for long after
        }
    }

    /**
     * Below WebSocket 2.1, concurrent handshakes share one map of user properties, so one visitor's identity can reach
     * another's session (jakartaee/websocket#235). The method looked for came with 2.1.
     */
    static void requireWebSocket21(Class<?> configurator) {
        boolean found = Arrays.stream(configurator.getMethods())
                .anyMatch(method -> method.getName().equals("getContainerDefaultConfigurator"));
        if (!found) {
            throw new SettingsException(
                    "this server is below Jakarta WebSocket 2.1, where concurrent handshakes share user"
                            + " properties and identities can cross; Parley needs Jakarta EE 10 or newer");
        }
    }
}
