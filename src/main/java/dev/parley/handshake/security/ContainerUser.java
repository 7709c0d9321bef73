package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.Scopes;
import dev.parley.handshake.Visitor;
import java.security.Principal;
import java.util.Map;
import java.util.Optional;

/**
 * Whom the container has authenticated by its own means, such as a form and its HTTP session. The scopes that are asked for are
 * roles. If an HTTP session ends that it came from, so does the connection.
 */
public record ContainerUser(Visitor visitor, Scopes roles) implements Dependency<Credential> {
    @Override
    public Credential value() {
        Principal principal = visitor.principal().orElseThrow(Challenge.LOGIN::missing);
        if (!roles.required().stream().allMatch(visitor::isInRole)) {
            throw Challenge.LOGIN.insufficient(roles);
        }
        return new Credential(
                Credential.Source.LOGIN,
                principal.getName(),
                roles.required(),
                roles.required(),
                Map.of(),
                Optional.empty());
    }
}
