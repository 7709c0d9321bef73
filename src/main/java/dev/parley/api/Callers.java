package dev.parley.api;

import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.Set;

/**
 * Who asks something of the HTTP API: whoever brings a bearer token that the sockets would take, too, with the scope for it; else
 * an operator, as the {@link Realm} says. Thread-safe.
 *
 * <p>Guessing a signature is hopeless, so a bad token does not count as a failed login. No browser sends a token unasked, so
 * what comes with one is nobody's forgery.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750">RFC 6750</a>
 */
public final class Callers {
    private static final Logger LOG = System.getLogger(Callers.class.getName());
    private static final String RETRY_SECONDS = "5";
    private static final String SCHEME = "Bearer ";

    private final TokenVerifier verifier;
    private final Realm realm;

    public Callers(TokenVerifier verifier, Realm realm) {
        this.verifier = verifier;
        this.realm = realm;
    }

    /**
     * Somebody who may do what was asked for.
     *
     * @param name as others see it
     * @param credential what a token says of it; nothing if it is one of the realm's
     */
    record Caller(String name, Optional<Credential> credential) {
        static Caller of(Credential credential) {
            return new Caller(credential.user(), Optional.of(credential));
        }

        boolean hasToken() {
            return credential.isPresent();
        }

        /** As the audit log names it: realm and tokens may use the same names for different people. */
        String described() {
            return hasToken() ? "token of " + name : name;
        }
    }

    /** The caller, if it may; otherwise the request has been answered. */
    Optional<Caller> require(Permit permit, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Optional<String> token = token(request);
        if (token.isEmpty()) {
            return realm.require(permit.role(), request, response)
                    .map(operator -> new Caller(operator.name(), Optional.empty()));
        }
        TokenVerifier.Verdict verdict = verifier.verify(token.get());
        if (verdict instanceof TokenVerifier.Verdict.Accepted accepted) {
            return allowed(accepted.credential(), permit, response);
        }
        if (verdict instanceof TokenVerifier.Verdict.Rejected rejected) {
            LOG.log(Level.DEBUG, "a token was refused: {0}", rejected.why());
        }
        if (verdict instanceof TokenVerifier.Verdict.Unavailable unavailable) {
            LOG.log(Level.DEBUG, "a token cannot be checked: {0}", unavailable.why());
            response.setHeader("Retry-After", RETRY_SECONDS);
            Answer.problem(response, 503, "Unavailable", "The token cannot be checked just now.");
            return Optional.empty();
        }
        response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        Answer.problem(response, 401, "Not authenticated", "The token is not good here, or not any more.");
        return Optional.empty();
    }

    /** Where a request comes from. */
    String addressOf(HttpServletRequest request) {
        return realm.addressOf(request);
    }

    /** Who is behind a request that was not allowed, for the audit log; empty if nobody has proved to be anybody. */
    String named(HttpServletRequest request) {
        return token(request)
                .map(token -> verifier.verify(token) instanceof TokenVerifier.Verdict.Accepted accepted
                        ? Caller.of(accepted.credential()).described()
                        : "")
                .orElseGet(() -> realm.named(request));
    }

    private static Optional<String> token(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        return authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(authorization.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    private static Optional<Caller> allowed(Credential credential, Permit permit, HttpServletResponse response)
            throws IOException {
        if (credential.allows(Set.of(permit.scope()))) {
            return Optional.of(Caller.of(credential));
        }
        response.setHeader("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"" + permit.scope() + "\"");
        Answer.problem(response, 403, "Not allowed", "The scope " + permit.scope() + " is needed.");
        return Optional.empty();
    }
}
