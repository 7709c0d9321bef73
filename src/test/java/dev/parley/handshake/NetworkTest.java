package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworkTest {
    /** Written, its one form, and of whom limits count it. */
    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7, 192.0.2.7",
        "::ffff:192.0.2.7, 192.0.2.7, 192.0.2.7",
        "192.0.2.7/32, 192.0.2.7, 192.0.2.7",
        "10.1.2.3/8, 10.0.0.0/8, 10.0.0.0/8",
        "10.1.2.3/0, 0.0.0.0/0, 0.0.0.0/0",
        "2001:DB8::1, 2001:db8:0:0:0:0:0:1, 2001:db8:0:0:0:0:0:0/64",
        "[2001:db8::1%eth0]:443, 2001:db8:0:0:0:0:0:1, 2001:db8:0:0:0:0:0:0/64",
        "2001:db8:0:1:ffff::/80, 2001:db8:0:1:ffff:0:0:0/80, 2001:db8:0:1:0:0:0:0/64",
        "2001:db8:ffff::/33, 2001:db8:8000:0:0:0:0:0/33, 2001:db8:8000:0:0:0:0:0/33"
    })
    void itHasOneForm(String written, String form, String household) {
        Network network = Network.parse(written).orElseThrow();

        assertThat(network).hasToString(form).isEqualTo(Network.parse(form).orElseThrow());
        assertThat(network.household()).hasToString(household);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/9, 10.128.0.0, false",
        "10.0.0.0/8, 10.1.0.0/16, true",
        "10.1.0.0/16, 10.0.0.0/8, false",
        "192.0.2.7, ::ffff:192.0.2.7, true",
        "2001:db8::/32, 2001:db8:1::1, true",
        "::/0, 2001:db8::1, true",
        "::/0, 10.0.0.1, false"
    })
    void itHoldsWhatBeginsWithItsBits(String network, String other, boolean holds) {
        assertThat(Network.parse(network)
                        .orElseThrow()
                        .contains(Network.parse(other).orElseThrow()))
                .isEqualTo(holds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::1/129", "10.0.0.0/-1", "*", "a::g"})
    void whatIsNoNetworkIsNone(String text) {
        assertThat(Network.parse(text)).isEmpty();
    }
}
