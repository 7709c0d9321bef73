package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.Depends;
import java.util.Optional;

/** Who the visitor is, however they prove it: {@link PossibleUser}, without whom nobody comes in. */
public record CurrentUser(@Depends(PossibleUser.class) Optional<Credential> user) implements Dependency<Credential> {
    @Override
    public Credential value() {
        return user.orElseThrow(Challenge.BEARER::missing);
    }
}
