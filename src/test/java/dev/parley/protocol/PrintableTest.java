package dev.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PrintableTest {
    @Test
    void nothingCanEndTheLineOrTurnItAround() {
        assertThat(Printable.of("a\r\nb\u001b[31m\u2028\u202e\u0085é"))
                .isEqualTo("a\\u000d\\u000ab\\u001b[31m\\u2028\\u202e\\u0085é");
    }

    @Test
    void isShort() {
        assertThat(Printable.of("x".repeat(1_000))).hasSizeLessThan(250).endsWith("…");
    }
}
