package dev.parley.it.counter;

import dev.parley.MemberLeft;
import dev.parley.Parley;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Notes who has stopped watching an order. One node of the cluster is told, whichever node the user was on. */
@WebListener
public final class Watchers implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        Parley.configure(
                event.getServletContext(), options -> options.listener(MemberLeft.class, "order-{id}", Watchers::left));
    }

    private static void left(MemberLeft left) {
        try (Connection connection = Orders.connect();
                PreparedStatement note = connection.prepareStatement("INSERT INTO departures VALUES (?, ?)")) {
            note.setString(1, left.room().toString());
            note.setString(2, left.user());
            note.executeUpdate();
        } catch (SQLException away) {
            throw new IllegalStateException("who left could not be noted", away);
        }
    }
}
