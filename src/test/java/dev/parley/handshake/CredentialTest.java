package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CredentialTest {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @Test
    void itEndsAtItsTimeAndNotBefore() {
        Credential credential = new Credential("alice", Set.of(), Map.of(), Optional.of(NOON));

        assertThat(credential.isExpired(NOON.minusNanos(1))).isFalse();
        assertThat(credential.isExpired(NOON)).isTrue();
        assertThat(Credential.of("alice").isExpired(Instant.MAX)).isFalse();
    }

    @Test
    void itAllowsWhatItsScopesHoldAndNothingElse() {
        Credential credential = new Credential("alice", Set.of("read", "write"), Map.of(), Optional.empty());

        assertThat(credential.allows(Set.of())).isTrue();
        assertThat(credential.allows(Set.of("write"))).isTrue();
        assertThat(credential.allows(Set.of("write", "admin"))).isFalse();
        assertThat(Credential.of("alice").allows(Set.of("read"))).isFalse();
    }

    @Test
    void itKeepsCopiesWithoutNulls() {
        Set<String> scopes = new HashSet<>(Set.of("read"));
        Map<String, Object> claims = new HashMap<>(Map.of("team", "red"));
        claims.put("nothing", null);
        Credential credential = new Credential("alice", scopes, claims, Optional.empty());
        scopes.add("admin");
        claims.put("team", "blue");

        assertThat(credential.scopes()).containsExactly("read");
        assertThat(credential.claims()).containsExactly(Map.entry("team", "red"));
    }

    @Test
    void nobodyHasNone() {
        assertThatThrownBy(() -> Credential.of("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itPrintsItselfWithoutWhoItIsAndWhatItClaims() {
        Credential credential =
                new Credential("s3cr3t\r\n", Set.of("s3cr3t"), Map.of("mail", "s3cr3t"), Optional.of(NOON));

        assertThat(credential).hasToString("credential until 2026-06-01T12:00:00Z");
        assertThat(Credential.of("s3cr3t")).hasToString("credential");
    }
}
