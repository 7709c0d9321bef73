package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.RoleNames;
import dev.parley.handshake.Scopes;
import dev.parley.handshake.TokenVerifier;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.handshake.Visitor;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who the visitor is, if they say so: by a ticket ({@code ?ticket=}), a bearer token, or a login at the container. Whoever says
 * nothing is nobody, but whoever says something wrong is refused.
 *
 * <p>It needs the application's {@link TokenVerifier} and {@link Tickets}. Of a login it finds out the roles that the application's
 * {@link RoleNames} name.
 */
public record PossibleUser(
        @QueryParam("ticket") Optional<Secret> ticket,
        @Depends(BearerToken.class) Optional<Secret> token,
        TokenVerifier verifier,
        Tickets tickets,
        Visitor visitor,
        RoleNames roles,
        Scopes scopes)
        implements Dependency<Optional<Credential>> {
    @Override
    public Optional<Credential> value() {
        Optional<Credential> credential =
                ticket.map(this::redeemed).or(() -> token.map(this::verified)).or(this::loggedIn);
        if (credential.filter(known -> !known.allows(scopes.required())).isPresent()) {
            throw Challenge.BEARER.insufficient(scopes);
        }
        return credential;
    }

    /** Of the scopes that are asked for, those that are roles of the login. */
    private Optional<Credential> loggedIn() {
        return visitor.principal()
                .map(principal -> new Credential(
                        Credential.Source.LOGIN,
                        principal.getName(),
                        ofThose(scopes.required()),
                        ofThose(roles.names()),
                        Map.of(),
                        Optional.empty()));
    }

    private Set<String> ofThose(Set<String> asked) {
        return asked.stream().filter(visitor::isInRole).collect(Collectors.toSet());
    }

    private Credential redeemed(Secret secret) {
        return visitor.waitFor(() -> tickets.redeem(secret, visitor.origin()))
                .orElseThrow(() -> Challenge.BEARER.wrong("the ticket is not good, or not any more"));
    }

    private Credential verified(Secret secret) {
        Verdict verdict = verifier.verify(secret.reveal());
        if (verdict instanceof Verdict.Accepted accepted) {
            return accepted.credential();
        }
        if (verdict instanceof Verdict.Unavailable unavailable) {
            throw new HandshakeRefused(503, unavailable.why());
        }
        throw Challenge.BEARER.wrong("the token is not good: " + ((Verdict.Rejected) verdict).why());
    }
}
