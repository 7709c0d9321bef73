package dev.parley.api;

import dev.parley.api.Operation.Reply;
import dev.parley.handshake.BlockingLimit;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.protocol.JsonText;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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

    private final transient List<Operation> operations;
    private final transient Callers callers;
    private final transient CsrfGuard csrf;
    private final transient Audit audit;
    private final int maxBodyBytes;
    private final transient BlockingLimit bodies = new BlockingLimit(64, 16); // that have not arrived yet
    private final String document;

    public ApiServlet(
            Operations operations, Callers callers, CsrfGuard csrf, Audit audit, int maxBodyBytes, String version) {
        this.operations = operations.all();
        this.callers = callers;
        this.csrf = csrf;
        this.audit = audit;
        this.maxBodyBytes = maxBodyBytes;
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
        String what = operation.method() + " " + String.join("/", segments)
                + (request.getQueryString() == null ? "" : "?" + request.getQueryString());
        Optional<Callers.Caller> caller = callers.require(operation.permit(), request, response);
        if (caller.isEmpty()) {
            if (operation.isWrite()) {
                audit.refuse(callers.named(request), callers.addressOf(request), what, "not allowed");
            }
            return;
        }
        String who = caller.get().described();
        if (operation.isWrite()
                && !caller.get().hasToken()
                && csrf.isPossible(request, caller.get().name())) {
            audit.refuse(who, callers.addressOf(request), what, "may be forged");
            Answer.problem(
                    response,
                    403,
                    "Not from here",
                    "A browser may do this only from the console, with the token in " + CsrfGuard.HEADER + ".");
            return;
        }
        Reply reply = outcome(operation, caller.get(), segments, request);
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
        } else if (reply instanceof Reply.Done done) {
            Answer.json(response, operation.status(), done.tree());
        }
    }

    private Reply outcome(Operation operation, Callers.Caller caller, List<String> segments, HttpServletRequest request)
            throws IOException {
        String body = "";
        if (operation.body().isPresent()) {
            if (!isJson(Objects.requireNonNullElse(request.getContentType(), ""))) {
                return new Reply.Refused(415, "Unsupported media type", "The body must be application/json in UTF-8.");
            }
            byte[] bytes;
            try (InputStream in = request.getInputStream()) {
                bytes = request.getContentLengthLong() > in.available() || request.getContentLengthLong() < 0
                        ? bodies.call(callers.addressOf(request), () -> read(in))
                        : read(in);
            } catch (HandshakeRefused tooMany) {
                return new Reply.Refused(tooMany.status(), "Too much at once", "Too many bodies are on their way.");
            } catch (UncheckedIOException broken) {
                throw broken.getCause();
            }
            if (bytes.length > maxBodyBytes) {
                return new Reply.Refused(413, "Too big", "The body may have " + maxBodyBytes + " bytes.");
            }
            try {
                body = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException broken) {
                return new Reply.Refused(400, "Bad request", "The body is not UTF-8.");
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
                            Optional.ofNullable(request.getHeader("Idempotency-Key"))));
        } catch (RuntimeException ours) {
            LOG.log(Level.ERROR, () -> operation.id() + " failed", ours);
            return new Reply.Refused(500, "Internal error", "The log of the server says more.");
        }
    }

    private byte[] read(InputStream body) {
        try {
            return body.readNBytes(maxBodyBytes + 1);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** JSON is UTF-8 (RFC 8259, section 8.1). Whoever names another charset means something else. */
    private static boolean isJson(String contentType) {
        List<String> parts = Arrays.stream(contentType.toLowerCase(Locale.ROOT).split(";", -1))
                .map(part -> part.replaceAll("[\\s\"]", ""))
                .toList();
        return parts.get(0).equals("application/json")
                && parts.stream()
                        .filter(part -> part.startsWith("charset="))
                        .allMatch(part -> part.equals("charset=utf-8") || part.equals("charset=utf8"));
    }
}
