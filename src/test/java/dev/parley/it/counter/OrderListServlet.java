package dev.parley.it.counter;

import dev.parley.JsonBinding;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** {@code GET /orders}: who asks, and the orders that she may see. The front in {@code src/examples/shop} begins with it. */
@WebServlet("/orders")
public final class OrderListServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    /** As the front gets it. */
    public record Shop(String user, boolean staff, List<Order> orders) {}

    /** Somebody's order, as the database has it now. */
    public record Order(long id, String customer, int parcels, String status) {}

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String user = request.getRemoteUser();
        boolean isStaff = request.isUserInRole("staff");
        try {
            Shop shop = new Shop(user, isStaff, orders(user, isStaff));
            response.setContentType("application/json");
            response.setCharacterEncoding("UTF-8");
            response.getWriter().print(JsonBinding.current().write(shop));
        } catch (SQLException e) {
            throw new ServletException(e);
        }
    }

    private static List<Order> orders(String customer, boolean all) throws SQLException {
        try (Connection connection = Orders.connect();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT id, customer, parcels, status FROM orders WHERE ? OR customer = ? ORDER BY id DESC LIMIT 100")) {
            query.setBoolean(1, all);
            query.setString(2, customer);
            List<Order> orders = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    orders.add(new Order(rows.getLong(1), rows.getString(2), rows.getInt(3), rows.getString(4)));
                }
            }
            return orders;
        }
    }
}
