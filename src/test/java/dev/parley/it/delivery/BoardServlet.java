package dev.parley.it.delivery;

import dev.parley.JsonBinding;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.Room;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** How many parcels there are: {@code GET /board} to begin with, and whoever joins {@code since} its position hears of each that comes. */
@WebServlet("/board")
public final class BoardServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private long parcels; // guarded by this

    /** What a page begins with. */
    public record Board(long parcels, Position position) {}

    /** What is told: how many there are then. */
    public record Counted(long parcels) {}

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Position since = room().position().toCompletableFuture().join(); // first, so that nothing falls between
        response.setContentType("application/json");
        response.getWriter().print(JsonBinding.current().write(new Board(parcels(), since)));
    }

    @Override
    protected synchronized void doPost(HttpServletRequest request, HttpServletResponse response) {
        parcels++; // first: whatever was told stands in every snapshot that is taken later
        room().publish(new Counted(parcels)).toCompletableFuture().join();
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private synchronized long parcels() {
        return parcels;
    }

    private Room room() {
        return Parley.of(getServletContext()).room("board");
    }
}
