package dev.parley.api;

import dev.parley.api.Operation.Reply;
import dev.parley.node.Tracing;
import dev.parley.protocol.JsonText;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The HTTP API, led by a list of operations. To be mapped to {@code /api/v1/*}. Errors are problem details (RFC 9457).
 *
 * <p>Who may is asked anew for each request. Every write, and every write that is refused, is in the audit log.
 */
public final class ApiServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = System.getLogger(ApiServlet.class.getName());

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-15.5.21">RFC 9110, section 15.5.21</a> */
    private static final int REJECTED = 422;

    private static final int MAX_DETAIL = 500; // characters of instructions, in the audit log

    private final transient List<Operation> operations;
    private final transient Callers callers;
    private final transient CsrfGuard csrf;
    private final transient Audit audit;
    private final transient Bodies bodies;
    private final String document;

    public ApiServlet(
            Operations operations, Callers callers, CsrfGuard csrf, Audit audit, int maxBodyBytes, String version) {
        this.operations = operations.all();
        this.callers = callers;
        this.csrf = csrf;
        this.audit = audit;
        this.bodies = new Bodies(maxBodyBytes);
        this.document = JsonText.of(OpenApi.document(this.operations, version));
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = Objects.requireNonNullElse(request.getPathInfo(), "/");
        if (path.equals("/openapi.json") && request.getMethod().equals("GET")) {
            Answer.send(response, HttpServletResponse.SC_OK, "application/json", document);
            return;
        }
        List<String> segments = Arrays.asList(path.substring(1).split("/", -1));
        List<Operation> here = operations.stream()
                .filter(operation -> operation.match(segments).isPresent())
                .toList();
        Optional<Operation> asked = here.stream()
                .filter(operation -> operation.method().equals(request.getMethod()))
                .findFirst();
        if (here.isEmpty()) {
            Answer.problem(
                    response, 404, "Not found", "There is nothing at this path; openapi.json lists what there is.");
        } else if (asked.isEmpty()) {
            response.setHeader("Allow", here.stream().map(Operation::method).collect(Collectors.joining(", ")));
            Answer.problem(response, 405, "Method not allowed", "Another method is needed here.");
        } else {
            serve(asked.get(), segments, request, response);
        }
    }

    private void serve(
            Operation operation, List<String> segments, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String asked = operation.method() + " " + String.join("/", segments)
                + (request.getQueryString() == null ? "" : "?" + request.getQueryString());
        Optional<Callers.Caller> caller = callers.require(operation.permit(), request, response);
        if (caller.isEmpty()) {
            if (operation.isWrite()) {
                audit.refuse(callers.named(request), callers.addressOf(request), asked, "not allowed");
            }
            return;
        }
        String who = caller.get().described();
        if (operation.isWrite()
                && !caller.get().hasToken()
                && csrf.isPossible(request, caller.get().name())) {
            audit.refuse(who, callers.addressOf(request), asked, "may be forged");
            Answer.problem(
                    response,
                    403,
                    "Not from here",
                    "A browser may do this only from the console, with the token in " + CsrfGuard.HEADER + ".");
            return;
        }
        StringBuilder detail = new StringBuilder();
        Reply reply = outcome(operation, caller.get(), segments, request, detail);
        String what = asked + detail;
        if (operation.isWrite() && reply instanceof Reply.Refused refused) {
            audit.refuse(who, callers.addressOf(request), what, refused.detail());
        } else if (operation.isWrite() && reply instanceof Reply.Rejected rejected) {
            audit.refuse(who, callers.addressOf(request), what, "rejected as " + rejected.code());
        } else if (operation.isWrite()) {
            audit.note(who, what, "done");
        }
        if (reply instanceof Reply.Refused refused) {
            Answer.problem(response, refused.status(), refused.title(), refused.detail());
        } else if (reply instanceof Reply.Rejected rejected) {
            Answer.problem(response, REJECTED, "Rejected", rejected.sentence(), Map.of("code", rejected.code()));
        } else if (operation.status() == HttpServletResponse.SC_NO_CONTENT) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } else if (reply instanceof Reply.Done done) {
            Answer.json(response, operation.status(), done.tree());
        }
    }

    /** Does it. What the audit log is to know of the body is added to {@code detail}. */
    private Reply outcome(
            Operation operation,
            Callers.Caller caller,
            List<String> segments,
            HttpServletRequest request,
            StringBuilder detail)
            throws IOException {
        String body = "";
        if (operation.body().isPresent()) {
            Bodies.Body sent = bodies.read(request, callers.addressOf(request));
            if (sent instanceof Bodies.Body.Refused refused) {
                return new Reply.Refused(refused.status(), refused.title(), refused.detail());
            }
            body = ((Bodies.Body.Text) sent).text();
            if (operation.hasInstructions()) {
                detail.append(' ').append(body, 0, Math.min(body.length(), MAX_DETAIL));
            }
        }
        Map<String, String> query = new HashMap<>();
        operation.query().forEach(parameter -> {
            String value = request.getParameter(parameter.name());
            if (value != null) {
                query.put(parameter.name(), value);
            }
        });
        try {
            return operation
                    .work()
                    .apply(new Operation.Ask(
                            caller,
                            operation.match(segments).orElseThrow(),
                            query,
                            body,
                            Optional.ofNullable(request.getHeader("Idempotency-Key")),
                            operation.isPublication() ? Tracing.here().origin(request::getHeader) : null));
        } catch (RuntimeException ours) {
            LOG.log(Level.ERROR, () -> operation.id() + " failed", ours);
            return new Reply.Refused(500, "Internal error", "The log of the server says more.");
        }
    }
}
