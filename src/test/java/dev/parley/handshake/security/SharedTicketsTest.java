package dev.parley.handshake.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.handshake.Credential;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.node.Budget;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SharedTicketsTest {
    private static final Optional<String> PAGE = Optional.of("https://app.example");
    private static final Credential ALICE = Credential.of("alice");

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Backplane backplane = new MemoryBackplane(1, () -> now, new Budget(Long.MAX_VALUE));
    private final Budget budget = new Budget(Long.MAX_VALUE);
    private final Tickets here = new SharedTickets(backplane, budget);
    private final Tickets there = new SharedTickets(backplane, budget);

    @Test
    void whatAnAskerHoldsCountsAgainstTheMemoryOfTheNodeAndTheOlderHalfMayBeForgotten() throws InterruptedException {
        Budget small = new Budget(30_000);
        Tickets tickets = new SharedTickets(backplane, small);
        while (tickets.give(ALICE, Optional.empty()).isPresent()) {
            assertThat(small.usedBy().get("kept")).isPositive();
        }
        assertThat(small.isShort()).isTrue();

        small.reclaimOnce();

        assertThat(small.isShort()).isFalse();
        assertThat(tickets.give(ALICE, Optional.empty())).isPresent();
    }

    @Test
    void ticketIsGoodOnceOnWhicheverNode() {
        Secret ticket = here.give(ALICE, PAGE).orElseThrow();

        assertThat(there.redeem(ticket, PAGE)).contains(ALICE);
        assertThat(there.redeem(ticket, PAGE)).isEmpty();
        assertThat(here.redeem(ticket, PAGE)).isEmpty();
    }

    @Test
    void whatIsNoTicketIsNotGood() {
        for (String text : List.of("", "x", "x".repeat(43), "\ud800".repeat(8192))) {
            assertThat(here.redeem(new Secret(text), PAGE)).isEmpty();
        }
    }

    @Test
    void ticketIsGoodForThirtySeconds() {
        Secret early = here.give(ALICE, PAGE).orElseThrow();
        Secret late = here.give(ALICE, PAGE).orElseThrow();
        now = now.plus(Tickets.LIFETIME).minusMillis(1);
        assertThat(there.redeem(early, PAGE)).isPresent();
        now = now.plusMillis(1);
        assertThat(there.redeem(late, PAGE)).isEmpty();
    }

    @Test
    void ticketIsThePagesOwnAndWhoeverStealsItSpoilsIt() {
        for (Optional<String> other : Set.of(Optional.<String>empty(), Optional.of("https://evil.example"))) {
            Secret ticket = here.give(ALICE, PAGE).orElseThrow();
            assertThat(there.redeem(ticket, other)).isEmpty();
            assertThat(there.redeem(ticket, PAGE)).isEmpty();
        }
        Secret ofNoPage = here.give(ALICE, Optional.empty()).orElseThrow();
        assertThat(there.redeem(ofNoPage, Optional.empty())).contains(ALICE);
    }

    @Test
    void whatTheCredentialSaysIsKept() {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("team", "red \"é😀\u0000");
        claims.put("groups", List.of("a", "b"));
        claims.put("none", List.of());
        claims.put("nested", Map.of("deep", List.of(Map.of())));
        claims.put("level", 7L);
        claims.put("rate", 1.5);
        claims.put("large", new BigInteger("123456789012345678901234567890"));
        claims.put("isStaff", true);
        Instant end = Instant.parse("2026-01-01T01:02:03.456Z");
        Credential credential = new Credential(
                Credential.Source.TOKEN, "älice", Set.of("read", "write"), Set.of("staff"), claims, Optional.of(end));

        Credential found =
                there.redeem(here.give(credential, PAGE).orElseThrow(), PAGE).orElseThrow();

        assertThat(found.user()).isEqualTo("älice");
        assertThat(found.scopes()).containsExactlyInAnyOrder("read", "write");
        assertThat(found.roles()).containsExactly("staff");
        assertThat(found.expires()).contains(end);
        assertThat(found.claims()).hasToString(claims.toString());
        assertThat(found.claims().get("level")).isEqualTo(7L);
        assertThat(found.claims().get("isStaff")).isEqualTo(true);
    }

    @Test
    void timesAreSecondsAsInTokens() {
        Credential credential =
                new Credential("a", Set.of(), Map.of("iat", Date.from(Instant.ofEpochMilli(1_500))), Optional.empty());

        assertThat(there.redeem(here.give(credential, PAGE).orElseThrow(), PAGE)
                        .orElseThrow()
                        .claims())
                .containsEntry("iat", 1L);
    }

    @Test
    void oneUserHoldsAHundredAndLeavesTheRestToOthers() {
        Secret first = here.give(ALICE, PAGE).orElseThrow();
        for (int i = 1; i < Shares.MAX_OF_ONE; i++) {
            assertThat(here.give(ALICE, PAGE)).isPresent();
        }

        assertThat(here.give(ALICE, PAGE)).isEmpty();
        assertThat(here.give(Credential.of("bob"), PAGE)).isPresent();
        assertThat(here.redeem(first, PAGE)).isPresent();
        assertThat(here.give(ALICE, PAGE)).isPresent();
    }

    @Test
    void moreThanTheBackplaneKeepsIsRefused() {
        for (int i = 0; i < 100_000; i++) {
            backplane.keep("key-" + i, "", Duration.ofSeconds(30));
        }

        assertThatExceptionOfType(HandshakeRefused.class)
                .isThrownBy(() -> here.give(ALICE, PAGE))
                .matches(refused -> refused.status() == 503);
        now = now.plus(Tickets.LIFETIME);
        assertThat(here.give(ALICE, PAGE)).isPresent();
    }
}
