package dev.parley.it.delivery;

import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.RoomListener;
import dev.parley.Subscription;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Writes down what is said in one room, whoever says it. */
@WebListener
public final class Ledger implements ServletContextListener, RoomListener {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private @Nullable Subscription subscription;

    static List<String> of(ServletContext context) {
        return ((Ledger) context.getAttribute("ledger")).lines;
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        event.getServletContext().setAttribute("ledger", this);
        subscription = Parley.of(event.getServletContext()).room("ledger").subscribe(this);
    }

    @Override
    public void message(Message message) {
        lines.add(message.from().user() + ": " + message.data().as(Shipped.class));
    }

    @Override
    public void gap(Position after) {
        lines.add("gap after " + after.seq());
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        if (subscription != null) {
            subscription.close();
        }
    }
}
