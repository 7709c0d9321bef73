package dev.parley.it.delivery;

import dev.parley.InRoom;
import dev.parley.MemberJoined;
import dev.parley.Parley;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down who comes to an order: where there is CDI, as an observer; everywhere, as a listener, too. */
@WebListener
public final class Arrivals implements ServletContextListener {
    private static final List<String> OBSERVED = new CopyOnWriteArrayList<>();
    private static final List<String> HEARD = new CopyOnWriteArrayList<>();

    static String of(ServletContext context) {
        return "observed " + OBSERVED + " heard " + HEARD;
    }

    /** A bean of a server that has CDI; a plain class elsewhere. */
    @ApplicationScoped
    public static class Watch {
        void joined(@ObservesAsync @InRoom("order-{id}") MemberJoined event) {
            OBSERVED.add(event.user() + " at " + event.room().variable("id"));
            throw new IllegalStateException("thrown by a test");
        }
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        Parley.configure(
                event.getServletContext(),
                options -> options.listener(
                        MemberJoined.class,
                        "order-{id}",
                        joined ->
                                HEARD.add(joined.user() + " at " + joined.room().variable("id"))));
    }
}
