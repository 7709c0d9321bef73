package dev.parley.handshake.security;

import dev.parley.handshake.Dependency;
import dev.parley.handshake.Depends;
import java.util.Optional;

/** The token of HTTP Bearer, without which nobody comes in; whether it is good is for whoever depends on it. */
public record HttpBearer(@Depends(BearerToken.class) Optional<Secret> token) implements Dependency<Secret> {
    @Override
    public Secret value() {
        return Challenge.BEARER.require(token);
    }
}
