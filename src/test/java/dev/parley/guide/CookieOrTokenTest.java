package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.handshake.HandshakeRefused;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CookieOrTokenTest {
    @ParameterizedTest
    @CsvSource({"s, t, s", "s, , s", "s, '', s", ", t, t", "'', t, t", "None, t, None", "' ', t, ' '"})
    void cookieWinsOverTheTokenUnlessItIsEmpty(String session, String token, String value) {
        assertThat(of(session, token).value()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({", ", "'', ", ", ''", "'', ''"})
    void emptyOnesAreAsGoodAsNone(String session, String token) {
        HandshakeRefused refused = catchThrowableOfType(
                HandshakeRefused.class, () -> of(session, token).value());

        assertThat(refused).hasMessage("neither session cookie nor token");
        assertThat(refused.status()).isEqualTo(403);
    }

    @Test
    void itPrintsItselfWithoutTheCredentials() {
        assertThat(of("s3cr3t", "s3cr3t")).asString().doesNotContain("s3cr3t");
    }

    private static CookieOrToken of(String session, String token) {
        return new CookieOrToken(Optional.ofNullable(session), Optional.ofNullable(token));
    }
}
