package dev.parley.guide;

import dev.parley.Parley;
import jakarta.servlet.ServletContext;
import java.time.Instant;
import java.util.List;

/**
 * The FastAPI guide's endpoints and pages, and a chat: an application like any other, of which {@code parley.war} is made together with
 * the library.
 */
public final class Guide {
    /** Its endpoints, for servers that find none by themselves. */
    public static final List<Class<?>> ENDPOINTS = List.of(EchoEndpoint.class, ItemEndpoint.class, ChatEndpoint.class);

    private Guide() {}

    /**
     * Adds its pages at the root, in place of the server's default servlet. To be called while the context initialises.
     *
     * @param hasConsole whether operators can sign in
     */
    public static void addPages(ServletContext context, boolean hasConsole) {
        Parley parley = Parley.of(context);
        Facts facts = new Facts(
                parley.status().version(),
                context.getServerInfo(),
                Instant.now(),
                parley.status().everythingAllowed(),
                hasConsole,
                () -> parley.status().connections());
        context.addServlet("pages", new PageServlet(facts)).addMapping("/");
    }
}
