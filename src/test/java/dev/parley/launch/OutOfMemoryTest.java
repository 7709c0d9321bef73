package dev.parley.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class OutOfMemoryTest {
    @Test
    void isFoundWhateverItIsWrappedIn() {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");

        assertThat(OutOfMemory.find(error)).isSameAs(error);
        assertThat(OutOfMemory.find(new CompletionException(new IllegalStateException(error))))
                .isSameAs(error);
        assertThat(OutOfMemory.find(new IllegalStateException(new StackOverflowError())))
                .isNull();
        assertThat(OutOfMemory.find(null)).isNull();
    }

    @Test
    void heapIsFullIfItStaysSoAfterACollection() {
        assertThat(OutOfMemory.isFull(98, 99, 100)).isTrue();
        assertThat(OutOfMemory.isFull(50, 99, 100)).as("garbage").isFalse();
        assertThat(OutOfMemory.isFull(98, 50, 100)).as("long ago").isFalse();
        assertThat(OutOfMemory.isFull(98, 99, -1)).as("no maximum").isFalse();
    }
}
