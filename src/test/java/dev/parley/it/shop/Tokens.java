package dev.parley.it.shop;

import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The shop's tokens. With those of others, {@code parley.jwt-keys} says where their keys are, and nothing is to be written. */
public final class Tokens implements TokenVerifier {
    @Override
    public Verdict verify(String token) {
        return switch (token) {
            case "alice-for-a-second" ->
                new Verdict.Accepted(new Credential(
                        "alice",
                        Set.of("orders"),
                        Map.of(),
                        Optional.of(Instant.now().minusSeconds(9))));
            case "alice" -> new Verdict.Accepted(new Credential("alice", Set.of("orders"), Map.of(), Optional.empty()));
            case "bob" -> new Verdict.Accepted(Credential.of("bob"));
            default -> new Verdict.Rejected("not one of ours");
        };
    }
}
