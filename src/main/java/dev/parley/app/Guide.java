package dev.parley.app;

import dev.parley.connection.ConnectionManager;
import dev.parley.dialogue.Policies;
import dev.parley.endpoint.ChatEndpoint;
import dev.parley.endpoint.EchoEndpoint;
import dev.parley.endpoint.ItemEndpoint;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Route;
import dev.parley.room.Rooms;
import dev.parley.web.Facts;
import dev.parley.web.PageServlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.time.Instant;
import java.util.List;

/** The guide's endpoints and pages, which are in {@code parley.war} and not in the library. */
final class Guide {
    private Guide() {}

    static List<Route> routes(ConnectionManager connections, Rooms rooms, Policies policies, int maxMessageBytes) {
        return List.of(
                Route.to(EchoEndpoint.class, () -> new EchoEndpoint(connections, maxMessageBytes)),
                Route.to(ItemEndpoint.class, () -> new ItemEndpoint(connections, maxMessageBytes)),
                Route.to(
                        ChatEndpoint.class,
                        () -> new ChatEndpoint(connections, rooms, policies, maxMessageBytes),
                        Dependencies.none().with(Rooms.class, rooms)));
    }

    /** At the root, in place of the server's default servlet. */
    static ServletRegistration.Dynamic pages(
            ServletContext context, String version, boolean isDemo, ConnectionManager connections, Runnable onDestroy) {
        Facts facts = new Facts(version, context.getServerInfo(), Instant.now(), isDemo, connections::count);
        ServletRegistration.Dynamic pages = context.addServlet("pages", new PageServlet(facts, onDestroy));
        pages.addMapping("/");
        return pages;
    }
}
