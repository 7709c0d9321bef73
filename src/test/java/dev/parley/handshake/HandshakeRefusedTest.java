package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HandshakeRefusedTest {
    @Test
    void refusingIsCheap() {
        HandshakeRefused refused = new HandshakeRefused(403, "no");
        refused.addSuppressed(new IllegalStateException("not kept"));

        assertThat(refused.getStackTrace()).isEmpty();
        assertThat(refused.getSuppressed()).isEmpty();
        assertThat(refused).hasNoCause().hasMessage("no");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 429, 500, 503, 599})
    void statusThatRefusesIsKept(int status) {
        assertThat(new HandshakeRefused(status, "no").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 100, 101, 200, 204, 302, 304, 399, 600, 1008})
    void statusThatDoesNotRefuseIsRefused(int status) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HandshakeRefused(status, "no"))
                .withMessageContaining(Integer.toString(status));
    }
}
