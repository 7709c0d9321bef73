package dev.parley.it.counter;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/** The orders in the database. */
@WebListener
public final class Orders implements ServletContextListener {
    private static final PGSimpleDataSource DATABASE = new PGSimpleDataSource();

    @Override
    public void contextInitialized(ServletContextEvent event) {
        DATABASE.setUrl(event.getServletContext().getInitParameter("shop.database"));
    }

    static Connection connect() throws SQLException {
        return DATABASE.getConnection();
    }

    /** Whether it is this customer's, as the database has it now. */
    static boolean belongsTo(String id, String customer) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement query =
                        connection.prepareStatement("SELECT 1 FROM orders WHERE id = ? AND customer = ?")) {
            query.setLong(1, Long.parseLong(id));
            query.setString(2, customer);
            return query.executeQuery().next();
        }
    }
}
