package dev.parley.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.api.Node;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.metrics.Histogram;
import dev.parley.node.Budget;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SamplerTest {
    private static final long MINUTE = 60_000;
    private static final long STEP = 6 * MINUTE;

    private double share;

    @Test
    void aMinuteHasTheAverageOfItsProcessorShares() {
        MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
        try (Node node = new Node("one", backplane)) {
            Sampler sampler = new Sampler(node.connections, new Histogram(), () -> 0, () -> share, System::nanoTime);
            for (double next : new double[] {0.6, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5}) {
                share = next;
                sampler.sample();
            }
            share = 0.25;
            IntStream.range(0, 12).forEach(i -> sampler.sample());

            assertThat(sampler.history(60)).containsEntry("processor", List.of(10.0, 25.0));
            assertThat(sampler.latest()).containsEntry("processor", 0.25);
        }
        backplane.close();
    }

    @Test
    void eachStepOfADayShowsItsPeaksAndTheLastSampleIsShownAsItIs() {
        List<Sampler.Sample> day = day(0, 20);

        assertThat(Sampler.peaks(day, STEP))
                .containsExactly(
                        sample(5, 5, 0), sample(11, 11, 6), sample(17, 17, 12), sample(18, 18, 18), day.get(19));
    }

    @Test
    void whatIsShownOfAStepStaysAsTimeGoesOn() {
        List<Sampler.Sample> before = Sampler.peaks(day(0, 20), STEP);

        assertThat(Sampler.peaks(day(1, 21), STEP)).containsAll(before.subList(1, 3));
        assertThat(Sampler.peaks(day(3, 23), STEP)).containsAll(before.subList(1, 3));
    }

    @Test
    void whereStepsAreShorterThanPausesAllIsShown() {
        assertThat(Sampler.peaks(day(0, 20), MINUTE / 4)).isEqualTo(day(0, 20));
        assertThat(Sampler.peaks(List.of(), STEP)).isEmpty();
    }

    /** One figure rises and another falls. */
    private static List<Sampler.Sample> day(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> sample(i, i, i)).toList();
    }

    private static Sampler.Sample sample(int minute, int rising, int falling) {
        return new Sampler.Sample(
                minute * MINUTE, rising, rising, -falling, rising, rising, rising, rising, rising, -falling);
    }
}
