package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.connection.Figures;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlocksTest {
    private Instant now = Instant.EPOCH;
    private final Blocks blocks = new Blocks(() -> now);
    private final Figures.Peer mallory = new Figures.Peer("mallory", "token", "203.0.113.7", "/ws");

    @Test
    void theUserOfOneSourceIsKeptOutAndNotAnotherOfThatName() {
        blocks.add(new Blocks.Target(Blocks.Kind.USER, "mallory", "login"), Duration.ofMinutes(1));

        assertThat(blocks.test(mallory)).isFalse(); // a token's
        assertThat(blocks.test(new Figures.Peer("mallory", "login", "203.0.113.7", "/ws")))
                .isTrue();
    }

    @Test
    void userOrAddressIsKeptOutUntilTheTimeIsOver() {
        blocks.add(new Blocks.Target(Blocks.Kind.USER, "mallory", ""), Duration.ofMinutes(1));
        assertThat(blocks.test(mallory)).isTrue();
        assertThat(blocks.test(new Figures.Peer("alice", "token", "203.0.113.7", "/ws")))
                .isFalse();

        now = now.plus(Duration.ofMinutes(1));
        assertThat(blocks.test(mallory)).isFalse();
        assertThat(blocks.all()).isEmpty();

        blocks.add(Blocks.Target.address("203.0.113.7"), Duration.ofMinutes(1));
        assertThat(blocks.test(mallory)).isTrue();
        blocks.remove(Blocks.Target.address("203.0.113.7"));
        assertThat(blocks.test(mallory)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"2001:db8::1", "2001:DB8:0:0::1", "2001:db8:0:0:0:0:0:1", "2001:db8::1%eth0", "2001:db8::/64"})
    void ipv6AddressInAnySpellingKeepsItsHouseholdOutAndLetsItInAgain(String spelling) {
        Blocks.Target target = Blocks.Target.address(spelling);
        blocks.add(target, Duration.ofMinutes(1));

        for (String inside : List.of("2001:db8:0:0:0:0:0:1", "2001:db8:0:0:ffff:0:0:2", "2001:db8::3")) {
            assertThat(blocks.test(from(inside))).as(inside).isTrue();
            assertThat(target.is(from(inside))).as(inside).isTrue();
        }
        assertThat(blocks.test(from("2001:db8:0:1:0:0:0:1"))).isFalse();
        assertThat(target.is(from("2001:db8:0:1:0:0:0:1"))).isFalse();
        blocks.remove(Blocks.Target.address("2001:db8:0:0:9::"));
        assertThat(blocks.test(from("2001:db8:0:0:0:0:0:1"))).isFalse();
    }

    @Test
    void networkIsKeptOut() {
        blocks.add(Blocks.Target.address("10.1.2.3/8"), Duration.ofMinutes(1));
        blocks.add(Blocks.Target.address("::ffff:203.0.113.7"), Duration.ofMinutes(1));

        assertThat(blocks.test(from("10.255.0.1"))).isTrue();
        assertThat(blocks.test(from("11.0.0.1"))).isFalse();
        assertThat(blocks.test(mallory)).isTrue();
        assertThat(blocks.test(from(""))).isFalse();
        assertThat(blocks.all())
                .extracting(block -> block.target().value())
                .containsExactlyInAnyOrder("10.0.0.0/8", "203.0.113.7");
    }

    private static Figures.Peer from(String address) {
        return new Figures.Peer("alice", "token", address, "/ws");
    }
}
