package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CrowdsTest {
    private final Crowds crowds = new Crowds(2);

    @Test
    void oneMoreComesInWhenOneHasGone() {
        Runnable first = crowds.admit("192.0.2.1");
        Runnable second = crowds.admit("192.0.2.1");
        assertThatThrownBy(() -> crowds.admit("192.0.2.1"))
                .isInstanceOf(HandshakeRefused.class)
                .matches(refused -> ((HandshakeRefused) refused).status() == 429);
        crowds.admit("192.0.2.2").run();
        first.run();
        first.run(); // once is enough
        Runnable third = crowds.admit("192.0.2.1");
        assertThatThrownBy(() -> crowds.admit("192.0.2.1")).isInstanceOf(HandshakeRefused.class);
        second.run();
        third.run();

        assertThat(crowds.isEmpty()).isTrue();
    }

    @Test
    void aNetworkOf64BitsIsOneAddress() {
        crowds.admit("2001:db8:1:2::1");
        crowds.admit("2001:db8:1:2:ffff:0:0:1");
        assertThatThrownBy(() -> crowds.admit("2001:db8:1:2::3")).isInstanceOf(HandshakeRefused.class);
        crowds.admit("2001:db8:1:3::1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "::1", "0:0:0:0:0:0:0:1", "", "somewhere.example"})
    void thisMachineAndWhoHasNoAddressAreNotCounted(String address) {
        for (int i = 0; i < 5; i++) {
            crowds.admit(address);
        }
        assertThat(crowds.isEmpty()).isTrue();
    }
}
