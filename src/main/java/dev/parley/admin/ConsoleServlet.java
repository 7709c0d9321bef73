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
 * The console's page and its files, for operators only. To be mapped to {@code /admin} and {@code /admin/*}.
 *
 * <p>{@code session} tells the page who it is for, and gives it the token for its writes and a ticket for its socket.
 */
public final class ConsoleServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient PageFiles files = new PageFiles(Map.of(
            "/", "console.html",
            "/charts.js", "charts.js",
            "/console.css", "console.css",
            "/console.js", "console.js",
            "/elements.js", "elements.js",
            "/parley.svg", "parley.svg",
            "/sign-out", "refused.html",
            "/table.js", "table.js",
            "/verdict.js", "verdict.js",
            "/words.js", "words.js"));
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
        if (path.equals("/sign-out")) {
            signOut(request, response);
            return;
        }
        Realm.Refusal refusal = path.equals("/") ? this::page : Answer::problem;
        Optional<Realm.Operator> operator = realm.require(Role.VIEWER, request, response, refusal);
        if (operator.isEmpty()) {
            return;
        }
        if (path.equals("/session")) {
            session(operator.get(), request, response);
        } else {
            files.send(path, response);
        }
    }

    /**
     * Makes the browser forget a name and a password, which it does when they are refused. Once for each ticket: whoever signs
     * in after that is let in. Whoever presses "cancel" instead is sent here once more by some browsers, without either.
     */
    private void signOut(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String ticket = Objects.requireNonNullElse(request.getParameter("ticket"), "");
        int status = HttpServletResponse.SC_OK;
        if (cluster.tickets().redeem(ticket).isPresent()) {
            Realm.signOut(request, response);
            status = HttpServletResponse.SC_UNAUTHORIZED;
        } else if (Realm.isSignedIn(request)) {
            response.setStatus(HttpServletResponse.SC_FOUND);
            response.setHeader("Location", "./");
            return;
        }
        page(response, status, "Signed out", "This browser has forgotten your name and password.");
    }

    private void page(HttpServletResponse response, int status, String title, String detail) throws IOException {
        files.sendTold("/sign-out", response, status, title, detail);
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
