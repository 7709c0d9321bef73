package dev.parley.it.counter;

import dev.parley.Parley;
import dev.parley.Publication;
import dev.parley.Room;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** What staff do with an order: {@code POST /api/orders/42/ship}. Whoever watches the order sees it. */
@WebServlet("/api/orders/*")
public final class OrderServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String[] path = request.getPathInfo().split("/");
        long id = Long.parseLong(path[1]);
        Room room = Parley.of(getServletContext()).room("order-" + id);
        try {
            switch (path[2]) {
                case "ship" -> ship(id, Integer.parseInt(request.getParameter("parcels")));
                case "deliver" -> {
                    change(id, "status", "delivered");
                    room.publish(Publication.of(new Delivered(id)).key("delivered-" + id));
                }
                case "hand-over" -> {
                    change(id, "customer", request.getParameter("to"));
                    room.recheck();
                }
                default -> throw new ServletException("nobody can " + path[2]);
            }
        } catch (SQLException e) {
            throw new ServletException(e);
        }
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    /** Published within the transaction: committed means published. */
    private static void ship(long id, int parcels) throws SQLException {
        try (Connection connection = Orders.connect()) {
            connection.setAutoCommit(false);
            try (PreparedStatement update = connection.prepareStatement(
                            "UPDATE orders SET status = 'shipped', parcels = ? WHERE id = ?");
                    PreparedStatement publish = connection.prepareStatement("SELECT parley_publish(?, ?::jsonb)")) {
                update.setInt(1, parcels);
                update.setLong(2, id);
                update.executeUpdate();
                publish.setString(1, "order-" + id);
                publish.setString(2, "{\"order\":" + id + ",\"parcels\":" + parcels + "}");
                publish.execute();
            }
            if (parcels < 1) {
                throw new IllegalStateException("order " + id + " has nothing to ship");
            }
            connection.commit();
        }
    }

    private static void change(long id, String column, String value) throws SQLException {
        try (Connection connection = Orders.connect();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE orders SET " + column + " = ? WHERE id = ?")) {
            update.setString(1, value);
            update.setLong(2, id);
            update.executeUpdate();
        }
    }
}
