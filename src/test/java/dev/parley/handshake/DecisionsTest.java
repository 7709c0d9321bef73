package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A dependency may refuse with any text, also one that a visitor has chosen. */
final class DecisionsTest {
    @Test
    void whateverVisitorsMakeUpIsKeptWithinBounds() {
        Decisions decisions = new Decisions();
        for (int i = 0; i < 10_000; i++) {
            decisions.refused(400 + i % 100, i + "x".repeat(10_000), "192.0.2.1");
        }

        assertThat(decisions.counts()).hasSizeLessThanOrEqualTo(200);
        assertThat(decisions.counts().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(10_000);
        assertThat(decisions.refusals())
                .hasSize(200)
                .allSatisfy(refusal -> assertThat(refusal.outcome().cause()).hasSizeLessThanOrEqualTo(200));
    }
}
