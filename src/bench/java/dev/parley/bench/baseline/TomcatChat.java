package dev.parley.bench.baseline;

import jakarta.servlet.ServletException;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.servlets.DefaultServlet;

/** Tomcat with a Jakarta chat. */
public final class TomcatChat {
    private TomcatChat() {}

    /** Takes the port and the chat's name. */
    public static void main(String[] args) throws Exception {
        EmbeddedTomcat tomcat = new EmbeddedTomcat(Integer.parseInt(args[0]));
        Context context = tomcat.context(new DefaultServlet());
        context.addServletContainerInitializer(
                (ignored, servletContext) -> {
                    ServerContainer container =
                            (ServerContainer) servletContext.getAttribute(ServerContainer.class.getName());
                    for (Class<?> endpoint : Chats.named(args[1])) {
                        try {
                            container.addEndpoint(endpoint);
                        } catch (DeploymentException e) {
                            throw new ServletException(e);
                        }
                    }
                },
                Set.of());
        tomcat.runForEver();
    }
}
