package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TicketsTest {
    private final Realm.Operator eve = new Realm.Operator("eve", Role.VIEWER);
    private Instant now = Instant.EPOCH;
    private final Budget budget = new Budget(Long.MAX_VALUE);
    private final Tickets tickets = new Tickets(() -> now, budget);

    @Test
    void isGoodOnce() {
        String ticket = Tickets.make();
        tickets.keep(Tickets.digest(ticket), eve);

        assertThat(tickets.redeem(ticket)).contains(eve);
        assertThat(tickets.redeem(ticket)).isEmpty();
    }

    /** Up to a number, and in memory until it is used, is too old, or makes way. */
    @Test
    void countsAgainstTheMemoryOfTheNode() {
        String ticket = Tickets.make();
        for (int i = 0; i < 1_500; i++) {
            tickets.keep("digest " + i, eve);
        }
        assertThat(budget.usedBy().get("kept")).isBetween(300_000L, 500_000L);

        now = now.plus(Duration.ofSeconds(30));
        tickets.keep(Tickets.digest(ticket), eve);
        assertThat(budget.used()).isBetween(300L, 500L);
        assertThat(tickets.redeem(ticket)).contains(eve);
        assertThat(budget.used()).isZero();
    }

    @Test
    void isGoodForHalfAMinute() {
        String ticket = Tickets.make();
        tickets.keep(Tickets.digest(ticket), eve);
        now = now.plus(Duration.ofSeconds(30));

        assertThat(tickets.redeem(ticket)).isEmpty();
    }

    @Test
    void whatWasNeverIssuedIsGoodForNothing() {
        assertThat(tickets.redeem("")).isEmpty();
        assertThat(tickets.redeem(Tickets.make())).isEmpty();
    }
}
