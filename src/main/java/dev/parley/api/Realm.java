package dev.parley.api;

import dev.parley.handshake.Decisions;
import dev.parley.handshake.TrustedProxies;
import dev.parley.protocol.Printable;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who an operator is: whoever the server has authenticated already, by whatever means it is set up with; else whoever a Basic
 * {@code Authorization} header names, as the server's realm judges it. No session is made, so there is none to be fixed or
 * stolen, and a role that is taken away is gone within seconds. Thread-safe.
 *
 * <p>Guessing is slowed down here, because not every server does: an address that has failed too often is not asked about again
 * for a while. It is the operator's own address and not that of a proxy of ours, behind which everybody else is, too.
 *
 * <p>There is no {@code login-config} in {@code web.xml} for this: with one, a server without a realm refuses the whole
 * application (Jetty), or looks for a realm of that name (Payara).
 */
public final class Realm {
    private static final Logger LOG = System.getLogger(Realm.class.getName());
    private static final String CHALLENGE = "Basic realm=\"Parley\", charset=\"UTF-8\"";
    private static final int MAX_FAILURES = 10;
    private static final int KEPT = 100;
    private static final Duration LOCKED = Duration.ofMinutes(1);

    /** For how long a realm's yes is believed: asking costs some of them many milliseconds, by intention. */
    private static final Duration REMEMBERED = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final TrustedProxies proxies;
    private final Failures failures;
    private final ArrayDeque<Decisions.Refusal> failed = new ArrayDeque<>(); // guarded by itself
    private final Map<String, Login> remembered = new LinkedHashMap<>() { // by digest of the header; guarded by itself
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Login> eldest) {
                    return size() > 100;
                }
            };

    /** Where these proxies may say for whom they ask. */
    public Realm(InstantSource clock, TrustedProxies proxies) {
        this.clock = clock;
        this.proxies = proxies;
        this.failures = new Failures(clock, MAX_FAILURES, LOCKED);
    }

    private record Login(Operator operator, Instant until) {}

    /** Somebody with a role. */
    public record Operator(String name, Role role) {}

    /**
     * The operator behind a request, if the role will do. If not, the request has been answered: with 401 whoever has not said who
     * they are, with 403 whoever may not, and with 429 an address that has failed too often.
     */
    public Optional<Operator> require(Role role, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        return require(role, request, response, Answer::problem);
    }

    /** How whoever is refused is told: {@link Answer#problem} tells programs, a page tells people. */
    @FunctionalInterface
    public interface Refusal {
        void tell(HttpServletResponse response, int status, String title, String detail) throws IOException;
    }

    /** As above, told in another way. */
    public Optional<Operator> require(
            Role role, HttpServletRequest request, HttpServletResponse response, Refusal refusal) throws IOException {
        String address = proxies.clientOf(request);
        Optional<Instant> lockedUntil = failures.lockedUntil(address);
        if (lockedUntil.isPresent()) {
            noteFailure(new Decisions.Outcome(429, "an address is locked out"), address);
            response.setHeader("Retry-After", Long.toString(LOCKED.toSeconds()));
            refusal.tell(response, 429, "Too many failures", "Try again later.");
            return Optional.empty();
        }
        Optional<Operator> known = remembered(request);
        if (known.isPresent()) {
            return judged(known.get(), role, response, refusal);
        }
        boolean hadSession = request.getSession(false) != null;
        boolean hasTried = false;
        if (request.getUserPrincipal() == null) {
            hasTried = login(request);
        }
        if (request.getUserPrincipal() == null) {
            if (hasTried) {
                failures.failed(address);
                noteFailure(new Decisions.Outcome(401, "an operator's login failed"), address);
                LOG.log(Level.WARNING, "a login from {0} failed", Printable.of(address));
            }
            response.setHeader("WWW-Authenticate", CHALLENGE);
            refusal.tell(response, 401, "Not authenticated", "An operator's name and password are needed.");
            return Optional.empty();
        }
        Optional<Role> has = Role.of(request);
        String name = request.getUserPrincipal().getName();
        if (hasTried) {
            forget(request, hadSession);
        }
        if (has.isEmpty()) {
            return mayNot(role, response, refusal);
        }
        Operator operator = new Operator(name, has.get());
        if (hasTried) {
            remember(request, operator);
        }
        return judged(operator, role, response, refusal);
    }

    /** Ends the login that the server keeps, if it keeps one, and asks the browser for a name and a password anew. */
    public static void signOut(HttpServletRequest request, HttpServletResponse response) {
        try {
            request.logout();
        } catch (ServletException refused) {
            LOG.log(Level.WARNING, "the server does not end a login", refused);
        }
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
        response.setHeader("WWW-Authenticate", CHALLENGE);
    }

    /** Whether a request names somebody, rightly or not. */
    public static boolean isSignedIn(HttpServletRequest request) {
        return request.getHeader("Authorization") != null || request.getUserPrincipal() != null;
    }

    /** Where a request comes from. */
    String addressOf(HttpServletRequest request) {
        return proxies.clientOf(request);
    }

    /** Who has said truly who they are, whatever role they have; empty if nobody. */
    String named(HttpServletRequest request) {
        return request.getRemoteUser() != null
                ? request.getRemoteUser()
                : remembered(request).map(Operator::name).orElse("");
    }

    /** The last logins that failed, and what came from addresses that were locked out, oldest first. */
    public List<Decisions.Refusal> failed() {
        synchronized (failed) {
            return List.copyOf(failed);
        }
    }

    private void noteFailure(Decisions.Outcome outcome, String address) {
        synchronized (failed) {
            if (failed.size() == KEPT) {
                failed.removeFirst();
            }
            failed.addLast(new Decisions.Refusal(clock.instant(), outcome, address));
        }
    }

    /**
     * Ends what a server makes of a login that was for this request alone: WildFly keeps it in a session that it makes for that
     * (Elytron's identity cache). Whoever has that session would be the operator for as long as it lives.
     */
    private static void forget(HttpServletRequest request, boolean hadSession) {
        HttpSession made = request.getSession(false);
        if (made != null && !hadSession) {
            made.invalidate();
        }
    }

    private static Optional<Operator> judged(
            Operator operator, Role role, HttpServletResponse response, Refusal refusal) throws IOException {
        return operator.role().includes(role) ? Optional.of(operator) : mayNot(role, response, refusal);
    }

    private static Optional<Operator> mayNot(Role role, HttpServletResponse response, Refusal refusal)
            throws IOException {
        refusal.tell(response, 403, "Not allowed", "The role " + role.realmName() + " is needed.");
        return Optional.empty();
    }

    private Optional<Operator> remembered(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        if (authorization == null) {
            return Optional.empty();
        }
        synchronized (remembered) {
            return Optional.ofNullable(remembered.get(Tickets.digest(authorization)))
                    .filter(login -> clock.instant().isBefore(login.until()))
                    .map(Login::operator);
        }
    }

    private void remember(HttpServletRequest request, Operator operator) {
        synchronized (remembered) {
            remembered.put(
                    Tickets.digest(String.valueOf(request.getHeader("Authorization"))),
                    new Login(operator, clock.instant().plus(REMEMBERED)));
        }
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
