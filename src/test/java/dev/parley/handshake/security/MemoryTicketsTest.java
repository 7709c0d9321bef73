package dev.parley.handshake.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.handshake.Credential;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class MemoryTicketsTest {
    private static final Optional<String> PAGE = Optional.of("https://app.example");

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    private final Tickets tickets = new MemoryTickets(clock::get, 3);
    private final Credential alice = Credential.of("alice");

    @Test
    void ticketIsGoodOnce() {
        Secret ticket = give();

        assertThat(tickets.redeem(ticket, PAGE)).containsSame(alice);
        assertThat(tickets.redeem(ticket, PAGE)).isEmpty();
        assertThat(tickets.redeem(new Secret(""), PAGE)).isEmpty();
        assertThat(tickets.redeem(new Secret("\ud800".repeat(8192)), PAGE)).isEmpty();
    }

    @Test
    void ticketIsGoodForThirtySeconds() {
        Secret early = give();
        clock.addAndGet(Duration.ofSeconds(10).toNanos());
        Secret late = give();
        clock.addAndGet(Duration.ofSeconds(20).toNanos() - 1);
        assertThat(tickets.redeem(early, PAGE)).isPresent();
        clock.addAndGet(Duration.ofSeconds(10).toNanos() + 1);
        assertThat(tickets.redeem(late, PAGE)).isEmpty();
    }

    @Test
    void ticketIsThePagesOwnAndWhoeverStealsItSpoilsIt() {
        for (Optional<String> other : Set.of(Optional.<String>empty(), Optional.of("https://evil.example"))) {
            Secret ticket = give();
            assertThat(tickets.redeem(ticket, other)).isEmpty();
            assertThat(tickets.redeem(ticket, PAGE)).isEmpty();
        }
        Secret ofNoPage = tickets.give(alice, Optional.empty()).orElseThrow();
        assertThat(tickets.redeem(ofNoPage, Optional.empty())).isPresent();
    }

    @Test
    void thereAreSoManyAndNoMore() {
        Secret first = give();
        give();
        give();
        assertThat(tickets.give(alice, PAGE)).isEmpty();

        assertThat(tickets.redeem(first, PAGE)).isPresent();
        assertThat(tickets.give(alice, PAGE)).isPresent();
        clock.addAndGet(Tickets.LIFETIME.toNanos());
        assertThat(tickets.give(alice, PAGE)).isPresent();
    }

    @Test
    void oneUserHoldsAHundredAndLeavesTheRestToOthers() {
        MemoryTickets many = new MemoryTickets(clock::get, 1_000);
        Secret first = many.give(alice, PAGE).orElseThrow();
        for (int i = 1; i < Shares.MAX_OF_ONE; i++) {
            assertThat(many.give(alice, PAGE)).isPresent();
        }

        assertThat(many.give(alice, PAGE)).isEmpty();
        assertThat(many.give(Credential.of("bob"), PAGE)).isPresent();

        assertThat(many.redeem(first, PAGE)).isPresent();
        assertThat(many.give(alice, PAGE)).isPresent();
        assertThat(many.give(alice, PAGE)).isEmpty();
        clock.addAndGet(Tickets.LIFETIME.toNanos());
        assertThat(many.give(alice, PAGE)).isPresent();
    }

    @Test
    void noTwoAreAlikeAndNoneIsShort() {
        MemoryTickets many = new MemoryTickets();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            String ticket =
                    many.give(Credential.of("user-" + i), PAGE).orElseThrow().reveal();
            assertThat(ticket).matches("[A-Za-z0-9_-]{43}");
            seen.add(ticket);
        }
        assertThat(seen).hasSize(10_000);
    }

    @Test
    void ofManyWhoBringTheSameTicketOneGetsIn() {
        MemoryTickets many = new MemoryTickets();
        for (int round = 0; round < 200; round++) {
            Secret ticket = many.give(alice, PAGE).orElseThrow();
            long in = Stream.generate(() -> CompletableFuture.supplyAsync(() -> many.redeem(ticket, PAGE)))
                    .limit(8)
                    .toList()
                    .stream()
                    .filter(answer -> answer.join().isPresent())
                    .count();
            assertThat(in).isEqualTo(1);
        }
    }

    private Secret give() {
        return tickets.give(alice, PAGE).orElseThrow();
    }
}
