package dev.parley.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class HistogramTest {
    private final Histogram histogram = new Histogram();

    @Test
    void quantileLiesInTheBucketOfItsRank() {
        for (int i = 0; i < 99; i++) {
            histogram.record(700_000);
        }
        histogram.record(400_000_000);

        assertThat(histogram.counts().quantile(0.5)).isBetween(0.0005, 0.001);
        assertThat(histogram.counts().quantile(0.99)).isBetween(0.0005, 0.001);
        assertThat(histogram.counts().quantile(1)).isBetween(0.25, 0.5);
    }

    @Test
    void differenceIsWhatCameBetween() {
        histogram.record(700_000);
        Histogram.Counts before = histogram.counts();
        histogram.record(70_000_000);

        Histogram.Counts between = histogram.counts().since(before);

        assertThat(between.total()).isEqualTo(1);
        assertThat(between.quantile(0.5)).isBetween(0.05, 0.1);
        assertThat(between.sumSeconds()).isEqualTo(0.07, within(1e-9));
    }

    @Test
    void nothingAndBeyondTheLastBucketHaveAnAnswerToo() {
        assertThat(histogram.counts().quantile(0.99)).isZero();
        histogram.record(-5);
        assertThat(histogram.counts().quantile(0.99)).isBetween(0.0, 0.0005);
        for (int i = 0; i < 100; i++) {
            histogram.record(99_000_000_000L);
        }
        assertThat(histogram.counts().quantile(0.99)).isEqualTo(10.0);
    }
}
