package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.security.Principal;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who knocks: one request, already parsed. What parameters are bound from; a dependency may also ask for it as a whole, by
 * having a constructor parameter of this type.
 *
 * <p>To be used on the request's thread and while the handshake is being decided only: containers use a request's object again
 * for the next visitor, so afterwards every question is answered with an {@link IllegalStateException}.
 */
public final class Visitor {
    private final Map<String, String> path;
    private final Map<String, List<String>> query;
    private final Map<String, List<String>> cookies;
    private final String address;
    private final BlockingLimit blocking;
    private @Nullable HttpServletRequest request;
    private boolean reliesOnSession;

    Visitor(
            Map<String, String> path,
            Map<String, List<String>> query,
            Map<String, List<String>> cookies,
            HttpServletRequest request,
            String address,
            BlockingLimit blocking) {
        this.blocking = blocking;
        this.path = path;
        this.query = query;
        this.cookies = cookies;
        this.request = request;
        this.address = address;
    }

    Visitor(
            Map<String, String> path,
            Map<String, List<String>> query,
            Map<String, List<String>> cookies,
            HttpServletRequest request,
            String address) {
        this(path, query, cookies, request, address, new BlockingLimit());
    }

    /** The value of a variable of the endpoint's path. */
    public Optional<String> path(String name) {
        request();
        return Optional.ofNullable(path.get(name));
    }

    /** The values of a query parameter, in order. */
    public List<String> query(String name) {
        request();
        return query.getOrDefault(name, List.of());
    }

    /** The values of a cookie, in order. */
    public List<String> cookie(String name) {
        request();
        return cookies.getOrDefault(name, List.of());
    }

    /** The lines of a header, in order; its name is case-insensitive. */
    public List<String> header(String name) {
        return headers(request(), name);
    }

    /** The page's origin as the browser states it; other clients rarely state one. In lower case, as origins are compared. */
    public Optional<String> origin() {
        return header("Origin").stream().findFirst().map(origin -> origin.toLowerCase(Locale.ROOT));
    }

    /** Whom the container has authenticated, by its own means. */
    public Optional<Principal> principal() {
        Optional<Principal> principal = Optional.ofNullable(request().getUserPrincipal());
        reliesOnSession |= principal.isPresent();
        return principal;
    }

    /** Whether the container says that its principal has a role. */
    public boolean isInRole(String role) {
        return request().isUserInRole(role);
    }

    /** The HTTP session that the request belongs to; none is ever begun. */
    public Optional<HttpSession> session() {
        reliesOnSession = true;
        return Optional.ofNullable(request().getSession(false));
    }

    /** The HTTP session that the handshake relies on, because somebody has asked for it or for who is logged in there. */
    Optional<HttpSession> login() {
        return reliesOnSession ? session() : Optional.empty();
    }

    /** The peer's address: the socket's, or what a proxy says that is trusted with it. */
    public String remoteAddress() {
        request();
        return address;
    }

    /**
     * Asks something that may block this thread, such as a database: with a limit on how many do so at once, on the whole node and
     * for this visitor's address, so that an answer that does not come holds few threads of the server.
     *
     * @throws HandshakeRefused 429 or 503, if too many are waiting already
     */
    public <T> T waitFor(Supplier<T> question) {
        request();
        return blocking.call(address, question);
    }

    /** Nothing may be asked from now on. */
    void leave() {
        request = null;
    }

    private HttpServletRequest request() {
        HttpServletRequest current = request;
        if (current == null) {
            throw new IllegalStateException("the handshake is over, and the request may be another visitor's by now");
        }
        return current;
    }

    /** A container may answer null instead of nothing. */
    static List<String> headers(HttpServletRequest request, String name) {
        @Nullable Enumeration<String> lines = request.getHeaders(name);
        return lines == null ? List.of() : Collections.list(lines);
    }

    /** Says nothing of what was sent, which may hold credentials. */
    @Override
    public String toString() {
        return "visitor";
    }
}
