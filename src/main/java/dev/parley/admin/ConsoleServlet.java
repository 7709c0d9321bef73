package dev.parley.admin;

import dev.parley.api.Answer;
import dev.parley.api.Cluster;
import dev.parley.api.Forgery;
import dev.parley.api.Realm;
import dev.parley.api.Role;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
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

    static final String CONTENT_SECURITY_POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'");

    private static final Map<String, String> FILES = Map.of(
            "/", "console.html",
            "/console.js", "console.js",
            "/charts.js", "charts.js",
            "/console.css", "console.css");

    private final transient Map<String, String> contents = new HashMap<>();
    private final transient Realm realm;
    private final transient Forgery forgery;
    private final transient Cluster cluster;

    /** Reads the files; fails if one is missing. */
    public ConsoleServlet(Realm realm, Forgery forgery, Cluster cluster) {
        this.realm = realm;
        this.forgery = forgery;
        this.cluster = cluster;
        FILES.forEach((path, file) -> contents.put(path, read(file)));
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = Objects.requireNonNullElse(request.getPathInfo(), "");
        if (path.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_FOUND);
            response.setHeader("Location", getServletContext().getContextPath() + "/admin/");
            return;
        }
        Optional<Realm.Operator> operator = realm.require(Role.VIEWER, request, response);
        if (operator.isEmpty()) {
            return;
        }
        if (path.equals("/session")) {
            session(operator.get(), request, response);
        } else if (contents.containsKey(path)) {
            Answer.page(
                    response,
                    mediaTypeOf(FILES.getOrDefault(path, "")),
                    CONTENT_SECURITY_POLICY,
                    contents.getOrDefault(path, ""));
        } else {
            Answer.problem(response, 404, "Not found", "There is nothing at this path.");
        }
    }

    private void session(Realm.Operator operator, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Map<String, Object> session = new LinkedHashMap<>();
        session.put("user", operator.name());
        session.put("role", operator.role().toString());
        session.put("node", cluster.node());
        session.put("token", forgery.token(request, operator.name()));
        session.put("ticket", cluster.ticket(operator));
        Answer.json(response, HttpServletResponse.SC_OK, session);
    }

    static String mediaTypeOf(String file) {
        return switch (file.substring(file.lastIndexOf('.') + 1)) {
            case "html" -> "text/html;charset=UTF-8";
            case "js" -> "text/javascript;charset=UTF-8";
            default -> "text/css;charset=UTF-8";
        };
    }

    static String read(String name) {
        try (InputStream in = ConsoleServlet.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing from the class path: dev/parley/admin/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read dev/parley/admin/" + name, e);
        }
    }
}
