package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TrailTest {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final Trail trail = new Trail();

    @Test
    void whatHappenedIsKeptForAMinute() {
        trail.add(NOON, "joined news");
        trail.add(NOON.plusSeconds(30), "left news");

        assertThat(trail.since(NOON.plusSeconds(60)))
                .extracting(Figures.Event::what)
                .containsExactly("joined news", "left news");
        assertThat(trail.since(NOON.plusSeconds(61)))
                .extracting(Figures.Event::what)
                .containsExactly("left news");
        assertThat(trail.since(NOON.plusSeconds(91))).isEmpty();
    }

    @Test
    void onlyTheLastFewEventsAreKeptOfABusyConnection() {
        for (int i = 0; i < 1_000; i++) {
            trail.add(NOON, "event " + i);
        }
        assertThat(trail.since(NOON))
                .hasSize(30)
                .last()
                .extracting(Figures.Event::what)
                .isEqualTo("event 999");
    }
}
