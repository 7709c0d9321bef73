package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AuditTest {
    private final Budget budget = new Budget(100_000);
    private final Audit audit = new Audit("one", budget);

    @Test
    void whereMemoryIsShortWhatWasRefusedIsForgottenAndWhatWasDoneStays() throws InterruptedException {
        audit.note("ada", "purge", "done");
        long done = budget.used();
        assertThat(budget.usedBy().get("kept")).isBetween(200L, 400L);
        for (int i = 0; i < 600; i++) {
            audit.refuse("user-" + i, "", "purge " + "x".repeat(4_000), "not allowed");
        }
        assertThat(budget.used()).isGreaterThan(500 * 500);

        budget.reclaimOnce();

        assertThat(audit.newestFirst()).extracting(Audit.Entry::who).containsExactly("ada");
        assertThat(budget.used()).isEqualTo(done);
        for (int i = 0; i < 600; i++) {
            audit.note("ada", "purge", "done");
        }
        assertThat(budget.used()).isEqualTo(500 * done);
    }

    @Test
    void whatIsRefusedDoesNotPushOutWhatWasDone() {
        audit.note("ada", "purge", "done");
        for (int i = 0; i < 600; i++) {
            audit.refuse("", "198.51.100." + i % 250, "purge " + i, "not allowed");
        }

        List<Audit.Entry> all = audit.newestFirst();
        assertThat(all).hasSize(501);
        assertThat(all.get(0).what()).isEqualTo("purge 599");
        assertThat(all.get(500).who()).isEqualTo("ada");
        assertThat(audit.count()).isEqualTo(501);
    }

    @Test
    void ofOneAskerTheLastTwentyAreKept() {
        audit.refuse("", "203.0.113.7", "first", "not allowed");
        audit.refuse("eve", "2001:db8::1", "first of eve", "not allowed");
        for (int i = 0; i < 600; i++) {
            audit.refuse("", "2001:db8::" + i, "purge " + i, "not allowed"); // of one household
        }

        assertThat(audit.newestFirst())
                .hasSize(22)
                .extracting(Audit.Entry::what)
                .contains("first", "first of eve", "purge 599", "purge 580")
                .doesNotContain("purge 579");
    }

    @Test
    void whoeverHasTheMostGivesWay() {
        for (int i = 0; i < 20; i++) {
            audit.refuse("", "203.0.113.7", "many " + i, "not allowed");
        }
        for (int i = 0; i < 485; i++) {
            audit.refuse("user-" + i, "203.0.113.7", "one " + i, "not allowed");
        }

        assertThat(audit.newestFirst())
                .hasSize(500)
                .extracting(Audit.Entry::what)
                .contains("one 0", "one 484", "many 19")
                .doesNotContain("many 4");
    }

    @Test
    void listShowsBothWithRoomForWhatWasDone() {
        for (int i = 0; i < 50; i++) {
            audit.note("ada", "did " + i, "done");
        }
        for (int i = 0; i < 100; i++) {
            audit.refuse("user-" + i, "", "tried", "not allowed");
        }

        assertThat(audit.newestFirst(60).stream().filter(Audit.Entry::isRefused))
                .hasSize(20);
        assertThat(audit.newestFirst(60)).hasSize(60);
        assertThat(audit.newestFirst(500)).hasSize(150);
        assertThat(audit.newestFirst(30).stream().filter(Audit.Entry::isRefused))
                .hasSize(10);
    }
}
