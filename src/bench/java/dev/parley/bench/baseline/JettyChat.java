package dev.parley.bench.baseline;

import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Jetty with a Jakarta chat. */
public final class JettyChat {
    private static final int BACKLOG = 4_096;

    private JettyChat() {}

    /** Takes the port and the chat's name. */
    public static void main(String[] args) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(args[0]));
        connector.setAcceptQueueSize(BACKLOG);
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        JakartaWebSocketServletContainerInitializer.configure(context, (servletContext, container) -> {
            container.setDefaultMaxSessionIdleTimeout(0); // Jetty's own would end quiet members after 30 s
            for (Class<?> endpoint : Chats.named(args[1])) {
                container.addEndpoint(endpoint);
            }
        });
        server.setHandler(context);
        server.start();
        server.join();
    }
}
