package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.handshake.OriginRule;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CsrfGuardTest {
    private final CsrfGuard csrf = new CsrfGuard(new OriginRule(Set.of("https://console.example"), false));

    /** A proxy writes its port into Host, or a name of its own. */
    @ParameterizedTest
    @CsvSource({
        "name:443, https://name",
        "NAME, https://name",
        "name, https://name:443",
        "name:80, http://name",
        "10.1.2.3:8080, https://console.example"
    })
    void pageThatMayConnectMayWrite(String host, String origin) {
        assertThat(isPossible(host, origin, true)).isFalse();
        assertThat(isPossible(host, origin, false)).as("without the token").isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "name, https://evil.example",
        "name:443, https://name:8443",
        "name, null",
        "name, https://name.evil.example"
    })
    void foreignPageMayNotThoughItHasTheToken(String host, String origin) {
        assertThat(isPossible(host, origin, true)).isTrue();
    }

    @Test
    void whatIsNoBrowserHasNothingToLose() {
        assertThat(csrf.isPossible(Call.of("PUT", "/").with("Host", "name").asRequest(), "ada"))
                .isFalse();
    }

    private boolean isPossible(String host, String origin, boolean knows) {
        Call call = Call.of("PUT", "/").with("Host", host).with("Origin", origin);
        if (knows) {
            call.with(CsrfGuard.HEADER, csrf.token(call.asRequest(), "ada"));
        }
        return csrf.isPossible(call.asRequest(), "ada");
    }
}
