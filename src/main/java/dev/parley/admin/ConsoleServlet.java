package dev.parley.admin;

import dev.parley.api.Answer;
import dev.parley.api.Cluster;
import dev.parley.api.CsrfGuard;
import dev.parley.api.Realm;
import dev.parley.api.Role;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The console's page and its two files, for operators only. To be mapped to {@code /admin} and {@code /admin/*}.
 *
 * <p>{@code session} tells the page who it is for, and gives it the token for its writes and a ticket for its socket.
 */
public final class ConsoleServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient PageFiles files = new PageFiles(Map.of(
            "/", "console.html",
            "/console.js", "console.js",
            "/charts.js", "charts.js",
            "/console.css", "console.css"));
    private final transient Realm realm;
    private final transient CsrfGuard csrf;
    private final transient Cluster cluster;

    /** Reads the files; fails if one is missing. */
    public ConsoleServlet(Realm realm, CsrfGuard csrf, Cluster cluster) {
        this.realm = realm;
        this.csrf = csrf;
        this.cluster = cluster;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = Objects.requireNonNullElse(request.getPathInfo(), "");
        if (path.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_FOUND);
            response.setHeader("Location", getServletContext().getContextPath() + request.getServletPath() + "/");
            return;
        }
        Optional<Realm.Operator> operator = realm.require(Role.VIEWER, request, response);
        if (operator.isEmpty()) {
            return;
        }
        if (path.equals("/session")) {
            session(operator.get(), request, response);
        } else {
            files.send(path, response);
        }
    }

    private void session(Realm.Operator operator, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Map<String, Object> session = new LinkedHashMap<>();
        session.put("user", operator.name());
        session.put("role", operator.role().toString());
        session.put("node", cluster.node());
        session.put("token", csrf.token(request, operator.name()));
        session.put("ticket", cluster.ticket(operator));
        Answer.json(response, HttpServletResponse.SC_OK, session);
    }
}
