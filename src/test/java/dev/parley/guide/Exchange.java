package dev.parley.guide;

import dev.parley.Fake;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One request to the servlet and what it answered. A call that the servlet has no business making fails the test. */
final class Exchange {
    private final String method;
    private final String uri;
    private final @Nullable String servletPath;
    private final @Nullable String pathInfo;
    private @Nullable String accept;
    private final List<String> ifNoneMatch = new ArrayList<>();

    private int status = HttpServletResponse.SC_OK;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private Exchange(String method, String uri, @Nullable String servletPath, @Nullable String pathInfo) {
        this.method = method;
        this.uri = uri;
        this.servletPath = servletPath;
        this.pathInfo = pathInfo;
    }

    static Exchange get(String path) {
        return of("GET", path);
    }

    static Exchange of(String method, String path) {
        return new Exchange(method, path, path, null);
    }

    /** A request as a server takes it apart; the parts may be null. */
    static Exchange split(String uri, @Nullable String servletPath, @Nullable String pathInfo) {
        return new Exchange("GET", uri, servletPath, pathInfo);
    }

    Exchange ifNoneMatch(String... values) {
        ifNoneMatch.addAll(List.of(values));
        return this;
    }

    Exchange accepting(String mediaTypes) {
        accept = mediaTypes;
        return this;
    }

    Exchange with(PageServlet servlet) throws Exception {
        servlet.service(request(), response());
        return this;
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    String header(String name) {
        return headers.get(name);
    }

    String body() {
        return body.toString(StandardCharsets.UTF_8);
    }

    private HttpServletRequest request() {
        return Fake.of(HttpServletRequest.class, (name, arguments) -> switch (name) {
            case "getMethod" -> method;
            case "getRequestURI" -> uri;
            case "getServletPath" -> servletPath;
            case "getPathInfo" -> pathInfo;
            case "getContextPath" -> "";
            case "getHeader" -> accept;
            case "getHeaders" ->
                Collections.enumeration("If-None-Match".equals(arguments[0]) ? ifNoneMatch : List.of());
            default -> throw new AssertionError("unexpected call of " + name);
        });
    }

    private HttpServletResponse response() {
        return Fake.of(HttpServletResponse.class, (name, arguments) -> {
            switch (name) {
                case "setStatus" -> status = (int) arguments[0];
                case "setHeader" -> headers.put((String) arguments[0], (String) arguments[1]);
                case "setContentType" -> headers.put("Content-Type", (String) arguments[0]);
                case "setContentLength" -> headers.put("Content-Length", arguments[0].toString());
                case "getOutputStream" -> {
                    return Fake.output(body);
                }
                default -> throw new AssertionError("unexpected call of " + name);
            }
            return null;
        });
    }
}
