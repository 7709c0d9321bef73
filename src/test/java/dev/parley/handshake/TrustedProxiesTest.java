package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Fake;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TrustedProxiesTest {
    private static final TrustedProxies TRUSTED = new TrustedProxies(List.of("10.0.0.0/8", "127.0.0.1", "fd00::/8"));

    private static String client(TrustedProxies proxies, String socket, String... forwarded) {
        return proxies.clientOf(Fake.of(HttpServletRequest.class, (method, arguments) -> switch (method) {
            case "getRemoteAddr" -> socket;
            case "getHeaders" -> Collections.enumeration(List.of(forwarded));
            default -> throw new AssertionError("unexpected question for " + method);
        }));
    }

    @Test
    void nobodyIsBelievedUnlessToldSo() {
        assertThat(client(TrustedProxies.NONE, "127.0.0.1", "203.0.113.7")).isEqualTo("127.0.0.1");
    }

    @Test
    void whoComesBesideTheProxyIsNotBelieved() {
        assertThat(client(TRUSTED, "198.51.100.1", "203.0.113.7")).isEqualTo("198.51.100.1");
        assertThat(client(TRUSTED, "11.0.0.1", "203.0.113.7")).isEqualTo("11.0.0.1");
    }

    /** Socket, header, client. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.1.2.3  | 203.0.113.7                          | 203.0.113.7",
                "10.1.2.3  | 203.0.113.7, 10.9.9.9                | 203.0.113.7",
                "10.1.2.3  | 1.1.1.1, 203.0.113.7                 | 203.0.113.7",
                "10.1.2.3  | 10.0.0.1, 203.0.113.7, 127.0.0.1     | 203.0.113.7",
                "10.1.2.3  | 203.0.113.7:49152                    | 203.0.113.7",
                "127.0.0.1 | 2001:db8::7                          | 2001:db8:0:0:0:0:0:7",
                "127.0.0.1 | [2001:db8::7]:443                    | 2001:db8:0:0:0:0:0:7",
                "fd00::1   | 203.0.113.7                          | 203.0.113.7",
                "127.0.0.1 | 203.0.113.7, ::ffff:10.0.0.1         | 203.0.113.7",
                "10.1.2.3  | 10.4.4.4                             | 10.4.4.4",
                "10.1.2.3  | unknown                              | 10.1.2.3",
                "10.1.2.3  | 203.0.113.7, localhost               | 10.1.2.3",
                "10.1.2.3  | 203.0.113.7, 999.1.1.1               | 10.1.2.3",
                "10.1.2.3  | ''                                   | 10.1.2.3"
            })
    void theLastAddressThatIsNoProxyOfOursIsTheClient(String socket, String forwarded, String client) {
        assertThat(client(TRUSTED, socket, forwarded)).isEqualTo(client);
    }

    /** As different servers write them. */
    @ParameterizedTest
    @CsvSource({
        "::1, 0:0:0:0:0:0:0:1",
        "[::1], 0:0:0:0:0:0:0:1",
        "::ffff:192.0.2.7, 192.0.2.7",
        "0:0:0:0:0:ffff:c000:207, 192.0.2.7",
        "fe80::1%eth0, fe80:0:0:0:0:0:0:1",
        "[fe80::1%2]:443, fe80:0:0:0:0:0:0:1",
        "2001:DB8::A, 2001:db8:0:0:0:0:0:a",
        "2001:0db8:0:0::a, 2001:db8:0:0:0:0:0:a",
        "192.0.2.7, 192.0.2.7",
        "unix, unix"
    })
    void anAddressHasOneForm(String socket, String canonical) {
        assertThat(client(TrustedProxies.NONE, socket)).isEqualTo(canonical);
        assertThat(client(TRUSTED, socket)).isEqualTo(canonical);
    }

    @Test
    void severalHeadersAreOneList() {
        assertThat(client(TRUSTED, "127.0.0.1", "1.1.1.1, 203.0.113.7", "10.0.0.1"))
                .isEqualTo("203.0.113.7");
        assertThat(client(TRUSTED, "127.0.0.1")).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::1/129", "10.0.0.0/-1", "*"})
    void whatIsNoNetworkIsRefused(String text) {
        assertThatThrownBy(() -> new TrustedProxies(List.of(text))).isInstanceOf(IllegalArgumentException.class);
    }
}
