package dev.parley.api;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who an operator is: whoever the server has authenticated already, by whatever means it is set up with; else whoever a Basic
 * {@code Authorization} header names, as the server's realm judges it. No session is made, so there is none to be fixed or
 * stolen, and a role that is taken away is gone with the next request. Thread-safe.
 *
 * <p>Guessing is slowed down here, because not every server does: an address that has failed too often is not asked about again
 * for a while.
 *
 * <p>There is no {@code login-config} in {@code web.xml} for this: with one, a server without a realm refuses the whole
 * application (Jetty), or looks for a realm of that name (Payara).
 */
public final class Realm {
    private static final Logger LOG = System.getLogger(Realm.class.getName());
    private static final String CHALLENGE = "Basic realm=\"Parley\", charset=\"UTF-8\"";
    private static final int MAX_FAILURES = 10;
    private static final Duration LOCKED = Duration.ofMinutes(1);

    private final Failures failures;

    public Realm(InstantSource clock) {
        this.failures = new Failures(clock, MAX_FAILURES, LOCKED);
    }

    /** Somebody with a role. */
    public record Operator(String name, Role role) {}

    /**
     * The operator behind a request, if the role will do. If not, the request has been answered: with 401 whoever has not said who
     * they are, with 403 whoever may not, and with 429 an address that has failed too often.
     */
    public Optional<Operator> require(Role role, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String address = String.valueOf(request.getRemoteAddr());
        Optional<Instant> lockedUntil = failures.lockedUntil(address);
        if (lockedUntil.isPresent()) {
            response.setHeader("Retry-After", Long.toString(LOCKED.toSeconds()));
            Answer.problem(response, 429, "Too many failures", "Try again later.");
            return Optional.empty();
        }
        boolean hasTried = false;
        if (request.getUserPrincipal() == null) {
            hasTried = login(request);
        }
        if (request.getUserPrincipal() == null) {
            if (hasTried) {
                failures.failed(address);
                LOG.log(Level.WARNING, "a login from {0} failed", Printable.of(address));
            }
            response.setHeader("WWW-Authenticate", CHALLENGE);
            Answer.problem(response, 401, "Not authenticated", "An operator's name and password are needed.");
            return Optional.empty();
        }
        Optional<Role> has = Role.of(request);
        if (has.isEmpty() || !has.get().includes(role)) {
            Answer.problem(response, 403, "Not allowed", "The role " + role.realmName() + " is needed.");
            return Optional.empty();
        }
        return Optional.of(new Operator(request.getUserPrincipal().getName(), has.get()));
    }

    /** Whether somebody with any role is behind a request; answers nothing. */
    boolean isOperator(HttpServletRequest request) {
        if (failures.lockedUntil(String.valueOf(request.getRemoteAddr())).isPresent()) {
            return false;
        }
        if (request.getUserPrincipal() == null && login(request) && request.getUserPrincipal() == null) {
            failures.failed(String.valueOf(request.getRemoteAddr()));
        }
        return Role.of(request).isPresent();
    }

    /** True if there was something to try. */
    private static boolean login(HttpServletRequest request) {
        String[] pair = basic(request.getHeader("Authorization"));
        if (pair == null) {
            return false;
        }
        try {
            request.login(pair[0], pair[1]);
        } catch (ServletException | RuntimeException refused) {
            LOG.log(Level.DEBUG, () -> "the realm refused a login: " + refused.getClass());
        }
        return true;
    }

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc7617">RFC 7617</a> */
    private static String @Nullable [] basic(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return null;
        }
        try {
            String decoded = new String(
                    Base64.getDecoder().decode(authorization.substring(6).strip()), StandardCharsets.UTF_8);
            int colon = decoded.indexOf(':');
            return colon <= 0 ? null : new String[] {decoded.substring(0, colon), decoded.substring(colon + 1)};
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
