package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.connection.Figures;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class BlocksTest {
    private Instant now = Instant.EPOCH;
    private final Blocks blocks = new Blocks(() -> now);
    private final Figures.Peer mallory = new Figures.Peer("mallory", "203.0.113.7", "/ws");

    @Test
    void userOrAddressIsKeptOutUntilTheTimeIsOver() {
        blocks.add(new Blocks.Target(Blocks.Kind.USER, "mallory"), Duration.ofMinutes(1));
        assertThat(blocks.test(mallory)).isTrue();
        assertThat(blocks.test(new Figures.Peer("alice", "203.0.113.7", "/ws"))).isFalse();

        now = now.plus(Duration.ofMinutes(1));
        assertThat(blocks.test(mallory)).isFalse();
        assertThat(blocks.all()).isEmpty();

        blocks.add(new Blocks.Target(Blocks.Kind.ADDRESS, "203.0.113.7"), Duration.ofMinutes(1));
        assertThat(blocks.test(mallory)).isTrue();
        blocks.remove(new Blocks.Target(Blocks.Kind.ADDRESS, "203.0.113.7"));
        assertThat(blocks.test(mallory)).isFalse();
    }
}
