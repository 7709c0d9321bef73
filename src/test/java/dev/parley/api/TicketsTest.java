package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TicketsTest {
    private final Realm.Operator eve = new Realm.Operator("eve", Role.VIEWER);
    private Instant now = Instant.EPOCH;
    private final Tickets tickets = new Tickets(() -> now);

    @Test
    void isGoodOnce() {
        String ticket = Tickets.make();
        tickets.keep(Tickets.digest(ticket), eve);

        assertThat(tickets.redeem(ticket)).contains(eve);
        assertThat(tickets.redeem(ticket)).isEmpty();
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
