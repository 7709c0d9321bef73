package dev.parley.handshake;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides handshakes before the upgrade. Plain HTTP passes untouched. Thread-safe.
 *
 * <p>It must be registered from a context listener with {@code isMatchAfter=false} on {@code /*}: declared filters are bypassed
 * on Jetty, and with {@code true} also on Tomcat and Payara.
 */
public final class Gate implements Filter {
    private static final Logger LOG = System.getLogger(Gate.class.getName());

    private final List<Route> routes;
    private final OriginRule origins;
    private final Admission admission;
    private final ThreadLocal<Handshake> decided; // not static: it goes with the gate

    /** A gate before these routes; where two match, the one with fewer variables wins. */
    @SuppressWarnings("ThreadLocalUsage")
    public Gate(List<Route> routes, OriginRule origins, Admission admission) {
        this(routes, origins, admission, new ThreadLocal<>());
    }

    /** A gate whose decisions reach the configurator by another way, for containers without servlets. */
    Gate(List<Route> routes, OriginRule origins, Admission admission, ThreadLocal<Handshake> decided) {
        this.decided = decided;
        this.routes = routes.stream()
                .sorted(Comparator.comparingInt(route -> route.template().variables()))
                .toList();
        this.origins = origins;
        this.admission = admission;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http
                && response instanceof HttpServletResponse answer
                && wantsUpgrade(http)) {
            pass(http, answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            decided.set(decide(request));
        } catch (HandshakeRefused refused) {
            LOG.log(Level.DEBUG, "handshake refused with {0}: {1}", refused.status(), refused.getMessage());
            refuse(response, refused.status());
            return;
        } catch (RuntimeException ours) {
            LOG.log(Level.ERROR, "handshake failed", ours);
            refuse(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            decided.remove();
        }
    }

    /** Whether this thread is carrying an accepted handshake. */
    boolean isDeciding() {
        return decided.get() != null;
    }

    /** The handshake that this thread is carrying, once, and only for the endpoint that it was bound for. */
    Optional<Handshake> take(Class<?> endpoint) {
        Handshake handshake = decided.get();
        decided.remove();
        // A container may map a path to another endpoint than we did, because it resolves dot segments after decoding.
        return Optional.ofNullable(handshake).filter(bound -> bound.endpoint() == endpoint);
    }

    Route route(Class<?> endpoint) {
        return routes.stream()
                .filter(route -> route.endpoint() == endpoint)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no route to " + endpoint));
    }

    private Handshake decide(HttpServletRequest request) {
        RequestTarget target = RequestTarget.parse(pathOf(request), request.getQueryString());
        for (Route route : routes) {
            Optional<Map<String, String>> variables = route.template().match(target.segments());
            if (variables.isPresent()) {
                admission.check();
                checkOrigin(request);
                Map<String, String> cookies = Cookies.parse(request.getHeaders("Cookie"));
                return route.bind(new Visit(variables.get(), target.query(), cookies));
            }
        }
        throw new HandshakeRefused(404, "no endpoint at this path");
    }

    /** The raw path below the context path. A detour into the context, such as {@code /x/../parley/ws}, is no such path. */
    private static String pathOf(HttpServletRequest request) {
        String uri = request.getRequestURI();
        String context = request.getContextPath();
        if (!uri.startsWith(context)
                || !decoded(context).equals(decoded(request.getServletContext().getContextPath()))) {
            throw new HandshakeRefused(404, "no endpoint at this path");
        }
        return uri.length() == context.length() ? "/" : uri.substring(context.length());
    }

    private static List<String> decoded(String contextPath) {
        return contextPath.isEmpty()
                ? List.of()
                : RequestTarget.parse(escaped(contextPath), null).segments();
    }

    /** A context path may be spelled as it was deployed, beyond ASCII; a request target may not. */
    private static String escaped(String contextPath) {
        StringBuilder escaped = new StringBuilder();
        for (byte octet : contextPath.getBytes(StandardCharsets.UTF_8)) {
            if (octet < 0) {
                escaped.append(String.format(Locale.ROOT, "%%%02X", octet & 0xff));
            } else {
                escaped.append((char) octet);
            }
        }
        return escaped.toString();
    }

    private void checkOrigin(HttpServletRequest request) {
        String host = request.getHeader("Host");
        boolean hasCookies = request.getHeader("Cookie") != null;
        List<String> stated = Collections.list(request.getHeaders("Origin"));
        boolean admitted = stated.isEmpty()
                ? origins.admits(null, host, request.isSecure(), hasCookies)
                : stated.stream().allMatch(origin -> origins.admits(origin, host, request.isSecure(), hasCookies));
        if (!admitted) {
            throw new HandshakeRefused(403, "origin not allowed");
        }
    }

    /** An empty answer, after which the connection closes: a frame that was sent along must not be taken for a request. */
    private static void refuse(HttpServletResponse response, int status) {
        response.setStatus(status);
        response.setContentLength(0);
        response.setHeader("Connection", "close");
        if (status == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", "1");
        }
    }

    /** Wider than any container's own test, so that none upgrades what the gate has let by. */
    private static boolean wantsUpgrade(HttpServletRequest request) {
        @Nullable Enumeration<String> upgrades = request.getHeaders("Upgrade");
        while (upgrades != null && upgrades.hasMoreElements()) {
            if (upgrades.nextElement().toLowerCase(Locale.ROOT).contains("websocket")) {
                return true;
            }
        }
        return false;
    }
}
