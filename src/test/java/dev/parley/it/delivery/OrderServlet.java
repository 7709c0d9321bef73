package dev.parley.it.delivery;

import dev.parley.Json;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Publication;
import dev.parley.Room;
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
import java.util.stream.Collectors;

/** {@code POST /orders/42} ships an order; {@code GET /orders/42/…} tells what is known of its room. */
@WebServlet("/orders/*")
public final class OrderServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        String order = request.getPathInfo().substring(1);
        Shipped shipped = new Shipped(order, 2);
        Parley parley = Parley.of(getServletContext());
        var published = await(parley.room("order-" + order)
                .publish(Publication.of(shipped).key("shipped-" + order).from("system")));
        if (!published.duplicate()) {
            await(parley.room("ledger").publish(shipped));
        }
        response.getWriter()
                .print(published.duplicate() + " " + published.position().seq());
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        String[] path = request.getPathInfo().split("/");
        Room room = Parley.of(getServletContext()).room("order-" + path[1]);
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter()
                .print(
                        switch (path[2]) {
                            case "history" ->
                                await(room.history(Long.MAX_VALUE, 10)).stream()
                                        .map(Message::data)
                                        .map(Json::raw)
                                        .collect(Collectors.joining("\n"));
                            case "members" -> await(room.members()).connections();
                            case "position" -> await(room.position()).seq();
                            case "erase" -> await(room.erase(path[3]));
                            case "withdraw" -> {
                                OrderPolicy.WITHDRAWN.add(path[1]);
                                yield await(room.recheck());
                            }
                            case "arrivals" -> Arrivals.of(getServletContext());
                            case "ledger" -> String.join("\n", Ledger.of(getServletContext()));
                            default -> throw new ServletException("what?");
                        });
    }

    private static <T> T await(CompletionStage<T> stage) throws ServletException {
        try {
            return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new ServletException(e);
        }
    }
}
