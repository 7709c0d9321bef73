package dev.parley.admin;

import dev.parley.api.Answer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What pages of the application import: {@code parley.js}, what it loads, and its types. To be mapped to these names below the prefix; and to {@code /},
 * where nothing else is to answer there. Browsers keep them and ask whether they have changed.
 */
public final class ClientServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient PageFiles files = new PageFiles(Map.of(
            "parley.js", "/dev/parley/web/client/parley.js",
            "parley-stream.js", "/dev/parley/web/client/parley-stream.js",
            "parley.d.ts", "/dev/parley/web/client/parley.d.ts"));
    private transient volatile Runnable onDestroy;

    /**
     * Reads them; fails if one is missing.
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
        onDestroy = () -> {}; // Open Liberty holds servlets for as long as any socket that they served
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getServletPath();
        if (List.of("GET", "HEAD").contains(request.getMethod())) {
            files.sendUnlessKnown(path.substring(path.lastIndexOf('/') + 1), request, response);
        } else {
            response.setHeader("Allow", "GET, HEAD");
            Answer.problem(response, 405, "Method not allowed", "There is only something to read here.");
        }
    }
}
