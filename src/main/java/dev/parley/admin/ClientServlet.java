package dev.parley.admin;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;

/** What pages of the application import: {@code parley.js} and its types. To be mapped to both names below the prefix. */
public final class ClientServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient PageFiles files = new PageFiles(Map.of(
            "parley.js", "/dev/parley/web/client/parley.js", "parley.d.ts", "/dev/parley/web/client/parley.d.ts"));
    private transient volatile Runnable onDestroy;

    /**
     * Reads both; fails if one is missing.
     *
     * @param onDestroy runs in {@link #destroy()}: of a servlet loaded on start-up, that is the last moment at which most servers
     *     still have their WebSocket sessions open
     */
    public ClientServlet(Runnable onDestroy) {
        this.onDestroy = onDestroy;
    }

    @Override
    public void destroy() {
        onDestroy.run();
        onDestroy = () -> {};
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getServletPath();
        files.send(path.substring(path.lastIndexOf('/') + 1), response);
    }
}
