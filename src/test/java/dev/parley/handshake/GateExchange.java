package dev.parley.handshake;

import dev.parley.Fake;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request to the gate and what became of it. A call that the gate has no business making (reading the body, writing one)
 * fails the test.
 */
public final class GateExchange {
    private static final int NOT_ANSWERED = 0;

    private final String uri;
    private final @Nullable String query;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private String contextPath = "";
    private String deployedAt = "";
    private boolean secure;
    private Supplier<Object> login = () -> null;

    private final HttpServletRequest request = Fake.of(HttpServletRequest.class, this::asked);
    private final HttpServletResponse response = Fake.of(HttpServletResponse.class, this::told);
    private final Map<String, String> answer = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean headless;
    private int status = NOT_ANSWERED;
    private boolean passed;

    private GateExchange(String target) {
        int mark = target.indexOf('?');
        uri = mark < 0 ? target : target.substring(0, mark);
        query = mark < 0 ? null : target.substring(mark + 1);
    }

    /** A request for an upgrade, to {@code localhost:8080}. */
    public static GateExchange upgrade(String target) {
        return plain(target)
                .with("Upgrade", "websocket")
                .with("Connection", "Upgrade")
                .with("Sec-WebSocket-Version", "13")
                .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }

    static GateExchange plain(String target) {
        return new GateExchange(target).with("Host", "localhost:8080");
    }

    /** One header line more. */
    public GateExchange with(String name, String value) {
        headers.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
        return this;
    }

    GateExchange without(String name) {
        headers.remove(name);
        return this;
    }

    GateExchange under(String context) {
        return under(context, context);
    }

    /** A context path as it was sent, of an application that is deployed at another spelling of it, or elsewhere. */
    GateExchange under(String sent, String deployed) {
        contextPath = sent;
        deployedAt = deployed;
        return this;
    }

    GateExchange overTls() {
        secure = true;
        return this;
    }

    /** With an HTTP session, or a server that fails when it is asked for one. */
    GateExchange loggedIn(Supplier<Object> session) {
        login = session;
        return this;
    }

    /** Sends it through the gate to a chain that only notices that it came. */
    public GateExchange through(Gate gate) {
        try {
            return through(gate, (passedRequest, passedResponse) -> {});
        } catch (IOException | ServletException e) {
            throw new AssertionError("the chain throws nothing", e);
        }
    }

    /** Sends it through the gate; {@code chain} is called with what passes. */
    public GateExchange through(Gate gate, FilterChain chain) throws IOException, ServletException {
        gate.doFilter(request, response, (passedRequest, passedResponse) -> {
            if (passedRequest != request || passedResponse != response) {
                throw new AssertionError("the gate must not wrap: Open Liberty unwraps");
            }
            passed = true;
            chain.doFilter(passedRequest, passedResponse);
        });
        return this;
    }

    /** Whether the gate let it by. */
    public boolean hasPassed() {
        return passed;
    }

    /** The status that the gate set; 0 if it set none. */
    public int status() {
        return status;
    }

    /** What the gate wrote. */
    public String body() {
        return body.toString(StandardCharsets.UTF_8);
    }

    /** From a container that does not say what the headers are. */
    GateExchange withoutAnyHeaders() {
        headless = true;
        return this;
    }

    /** The headers that the gate set. */
    public Map<String, String> answer() {
        return answer;
    }

    /** As Jetty says who is logged in. */
    private @Nullable Object nobody() {
        String authorization = header("Authorization");
        if (authorization != null && authorization.startsWith("Basic ")) {
            Object unused = Base64.getDecoder().decode(authorization.substring("Basic ".length()));
        }
        return null;
    }

    private @Nullable Object asked(String name, Object[] arguments) {
        return switch (name) {
            case "getMethod" -> "GET";
            case "getRequestURI" -> uri;
            case "getContextPath" -> contextPath;
            case "getServletContext" -> Fake.of(ServletContext.class, (method, given) -> deployedAt);
            case "getQueryString" -> query;
            case "isSecure" -> secure;
            case "getRemoteAddr" -> "";
            case "getUserPrincipal" -> nobody();
            case "getSession" -> login.get();
            case "getHeader" -> header((String) arguments[0]);
            case "getHeaders" ->
                headless ? null : Collections.enumeration(headers.getOrDefault((String) arguments[0], List.of()));
            default -> throw new AssertionError("unexpected question for " + name);
        };
    }

    private @Nullable Object told(String name, Object[] arguments) {
        switch (name) {
            case "setStatus" -> status = (int) arguments[0];
            case "setContentLength" -> answer.put("Content-Length", arguments[0].toString());
            case "setContentType" -> answer.put("Content-Type", (String) arguments[0]);
            case "getOutputStream" -> {
                return Fake.output(body);
            }
            case "setHeader" -> answer.put((String) arguments[0], (String) arguments[1]);
            default -> throw new AssertionError("unexpected answer by " + name);
        }
        return null;
    }

    private @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }
}
