package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressLimitsTest {
    private final AtomicLong now = new AtomicLong();
    private final AddressLimits addresses = new AddressLimits(2, now::get);

    @Test
    void oneMoreComesInWhenOneHasGone() {
        Admission.Place first = addresses.admit("192.0.2.1");
        Admission.Place second = addresses.admit("192.0.2.1");
        assertThatThrownBy(() -> addresses.admit("192.0.2.1"))
                .isInstanceOf(HandshakeRefused.class)
                .matches(refused -> ((HandshakeRefused) refused).status() == 429);
        addresses.admit("192.0.2.2").leave(false);
        first.leave(false);
        first.leave(false); // once is enough
        Admission.Place third = addresses.admit("192.0.2.1");
        assertThatThrownBy(() -> addresses.admit("192.0.2.1")).isInstanceOf(HandshakeRefused.class);
        second.leave(false);
        third.leave(false);

        assertThat(addresses.isEmpty()).isTrue();
    }

    @Test
    void whoIsThrownOutFiveTimesInAMinuteDoesNotComeBackAtOnce() {
        AddressLimits street = new AddressLimits(100, now::get);
        Admission.Place neighbour = street.admit("192.0.2.1");
        for (int i = 0; i < 4; i++) {
            street.admit("192.0.2.1").leave(true);
            now.addAndGet(Duration.ofSeconds(1).toNanos());
        }
        Admission.Place last = street.admit("192.0.2.1");
        last.leave(true);
        last.leave(true); // once is enough
        assertThatThrownBy(() -> street.admit("192.0.2.1"))
                .isInstanceOf(HandshakeRefused.class)
                .matches(refused -> ((HandshakeRefused) refused).status() == 429);
        street.admit("192.0.2.2").leave(false);

        now.addAndGet(Duration.ofSeconds(57).toNanos());
        street.admit("192.0.2.1").leave(false);
        now.addAndGet(Duration.ofSeconds(60).toNanos());
        street.admit("192.0.2.2").leave(false);
        neighbour.leave(false);

        assertThat(street.isEmpty()).isTrue();
    }

    @Test
    void whoIsThrownOutIsRememberedWithinBounds() {
        for (int i = 0; i < 30_000; i++) {
            addresses.admit("2001:db8:1:" + Integer.toHexString(i) + "::1").leave(true);
        }
        assertThat(addresses.size()).isLessThanOrEqualTo(10_000);
    }

    @Test
    void aNetworkOf64BitsIsOneAddress() {
        addresses.admit("2001:db8:1:2::1");
        addresses.admit("2001:db8:1:2:ffff:0:0:1");
        assertThatThrownBy(() -> addresses.admit("2001:db8:1:2::3")).isInstanceOf(HandshakeRefused.class);
        addresses.admit("2001:db8:1:3::1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "::1", "0:0:0:0:0:0:0:1", "", "somewhere.example"})
    void thisMachineAndWhoHasNoAddressAreNotCounted(String address) {
        for (int i = 0; i < 5; i++) {
            addresses.admit(address);
        }
        assertThat(addresses.isEmpty()).isTrue();
    }
}
