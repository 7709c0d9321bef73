package dev.parley.it.delivery;

import dev.parley.Parley;
import dev.parley.Presence;
import dev.parley.Publication;
import dev.parley.User;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code POST /couriers/carol@example.com} sends her an order; GET tells whether she is there, and DELETE sends her home. */
@WebServlet("/couriers/*")
public final class CourierServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        User courier = courier(request);
        var published = await(courier.publish(
                Publication.of(new Shipped("42", 2)).key("order-42").from("system")));
        response.getWriter().print(published.duplicate());
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        Presence presence = await(courier(request).presence());
        response.getWriter().print(presence.isOnline() + " " + presence.connections());
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response) throws ServletException {
        await(courier(request).disconnect("your shift is over"));
    }

    private User courier(HttpServletRequest request) {
        return Parley.of(getServletContext()).user(request.getPathInfo().substring(1));
    }

    private static <T> T await(CompletionStage<T> stage) throws ServletException {
        try {
            return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new ServletException(e);
        }
    }
}
