package dev.parley.api;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Health, in the words and at the paths of MicroProfile Health: {@code live}, {@code ready}, {@code started}, and all of them
 * together at the root. 200 is up, 503 is down. To be mapped to {@code /health} and {@code /health/*}.
 *
 * @see <a href="https://download.eclipse.org/microprofile/microprofile-health-4.0/microprofile-health-spec-4.0.html">MicroProfile
 *     Health 4.0, "Protocol and Wireformat"</a>
 */
public final class HealthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = System.getLogger(HealthServlet.class.getName());

    private final transient List<Check> checks;

    public HealthServlet(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (Objects.requireNonNullElse(request.getPathInfo(), "")) {
            case "", "/" -> answer(response, checks);
            case "/live" -> answer(response, Check.Kind.LIVE);
            case "/ready" -> answer(response, Check.Kind.READY);
            case "/started" -> answer(response, Check.Kind.STARTED);
            default -> Answer.json(response, HttpServletResponse.SC_NOT_FOUND, Map.of("status", "UNKNOWN"));
        }
    }

    private void answer(HttpServletResponse response, Check.Kind kind) throws IOException {
        answer(response, checks.stream().filter(check -> check.kind() == kind).toList());
    }

    private static void answer(HttpServletResponse response, List<Check> asked) throws IOException {
        List<Map<String, Object>> found =
                asked.stream().map(HealthServlet::outcome).toList();
        boolean isUp = found.stream().allMatch(outcome -> "UP".equals(outcome.get("status")));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", status(isUp));
        body.put("checks", found);
        Answer.json(response, isUp ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE, body);
    }

    private static Map<String, Object> outcome(Check check) {
        Check.Finding finding;
        try {
            finding = check.look().get();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, () -> "health check " + check.name() + " failed", e);
            finding = Check.Finding.of(false, Map.of());
        }
        Map<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("name", check.name());
        outcome.put("status", status(finding.isUp()));
        if (!finding.data().isEmpty()) {
            outcome.put("data", finding.data());
        }
        return outcome;
    }

    private static String status(boolean isUp) {
        return isUp ? "UP" : "DOWN";
    }
}
