package dev.parley.api;

import dev.parley.Fake;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One request to a servlet and what it answered. A call that a servlet has no business making fails the test. */
public final class Call {
    private final String method;
    private final @Nullable String pathInfo;
    private final Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> parameters = new TreeMap<>();
    private final Set<String> roles = new HashSet<>();
    private @Nullable String user;
    private String remote = "203.0.113.7";
    private byte[] content = {};
    private boolean keepsLogins;
    private boolean hasSession;

    private int status = HttpServletResponse.SC_OK;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private Call(String method, @Nullable String pathInfo) {
        this.method = method;
        this.pathInfo = pathInfo;
    }

    public static Call get(@Nullable String pathInfo) {
        return new Call("GET", pathInfo);
    }

    public static Call of(String method, String pathInfo) {
        return new Call(method, pathInfo);
    }

    public Call with(String header, String value) {
        given.put(header, value);
        return this;
    }

    public Call parameter(String name, String value) {
        parameters.put(name, value);
        return this;
    }

    public Call body(String text) {
        content = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    public Call body(byte[] bytes) {
        content = bytes.clone();
        return this;
    }

    public Call from(String address) {
        remote = address;
        return this;
    }

    /** Somebody whom the server knows. */
    public Call by(String name, String... hasRoles) {
        user = name;
        roles.addAll(List.of(hasRoles));
        return this;
    }

    public Call to(HttpServlet servlet) {
        try {
            servlet.service(request(), response());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return this;
    }

    /** The request alone. */
    public HttpServletRequest asRequest() {
        return request();
    }

    public int status() {
        return status;
    }

    public String header(String name) {
        return headers.get(name);
    }

    public String body() {
        return body.toString(StandardCharsets.UTF_8);
    }

    private @Nullable String query() {
        return parameters.isEmpty()
                ? null
                : parameters.entrySet().stream()
                        .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                        .reduce((one, other) -> one + "&" + other)
                        .orElseThrow();
    }

    /** Somebody whom the server does not know yet, with the password that is the right one here, or another. */
    public Call as(String name, String password, String... wouldHaveRoles) {
        roles.addAll(List.of(wouldHaveRoles));
        return with(
                "Authorization",
                "Basic "
                        + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8)));
    }

    /** By a server that makes a session of a login. */
    public Call keepingLogins() {
        keepsLogins = true;
        return this;
    }

    /** Whether there is a session in the end. */
    public boolean hasSession() {
        return hasSession;
    }

    private HttpSession session() {
        return Fake.of(HttpSession.class, (name, arguments) -> {
            if (!name.equals("invalidate")) {
                throw new AssertionError("unexpected call of " + name);
            }
            hasSession = false;
            return null;
        });
    }

    private HttpServletRequest request() {
        return Fake.of(HttpServletRequest.class, (name, arguments) -> switch (name) {
            case "getMethod" -> method;
            case "getProtocol" -> "HTTP/1.1";
            case "getPathInfo" -> pathInfo;
            case "getServletPath" -> "/servlet";
            case "getContextPath" -> "/parley";
            case "getRequestURI" -> "/parley/servlet" + (pathInfo == null ? "" : pathInfo);
            case "getHeader" -> given.get((String) arguments[0]);
            case "getHeaders" -> {
                String value = given.get((String) arguments[0]);
                yield Collections.enumeration(value == null ? List.of() : List.of(value));
            }
            case "getParameter" -> parameters.get((String) arguments[0]);
            case "getContentLengthLong" -> (long) content.length;
            case "getContentType" -> given.get("Content-Type");
            case "getRemoteAddr" -> remote;
            case "getQueryString" -> query();
            case "login" -> {
                if (!"open sesame".equals(arguments[1])) {
                    throw new ServletException("no");
                }
                user = (String) arguments[0];
                hasSession = keepsLogins;
                yield null;
            }
            case "getSession" -> hasSession ? session() : null;
            case "getRemoteUser" -> user;
            case "getUserPrincipal" -> user == null ? null : (Principal) () -> user;
            case "isUserInRole" -> roles.contains((String) arguments[0]);
            case "isSecure" -> false;
            case "authenticate" -> {
                if (user == null) {
                    status = HttpServletResponse.SC_UNAUTHORIZED;
                }
                yield user != null;
            }
            case "getInputStream" -> input();
            case "setCharacterEncoding" -> null;
            default -> throw new AssertionError("unexpected call of " + name);
        });
    }

    private HttpServletResponse response() {
        return Fake.of(HttpServletResponse.class, (name, arguments) -> {
            switch (name) {
                case "setStatus", "sendError" -> status = (int) arguments[0];
                case "setHeader", "addHeader" -> headers.put((String) arguments[0], (String) arguments[1]);
                case "setContentType" -> headers.put("Content-Type", (String) arguments[0]);
                case "setContentLength" -> headers.put("Content-Length", arguments[0].toString());
                case "isCommitted" -> {
                    return false;
                }
                case "getOutputStream" -> {
                    return Fake.output(body);
                }
                default -> throw new AssertionError("unexpected call of " + name);
            }
            return null;
        });
    }

    private ServletInputStream input() {
        ByteArrayInputStream bytes = new ByteArrayInputStream(content);
        return new ServletInputStream() {
            @Override
            public boolean isFinished() {
                return bytes.available() == 0;
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setReadListener(ReadListener listener) {
                throw new AssertionError("the servlet reads at once");
            }

            @Override
            public int read() {
                return bytes.read();
            }

            @Override
            public int read(byte[] into, int from, int length) {
                return bytes.read(into, from, length);
            }
        };
    }
}
