package dev.parley.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.protocol.CloseCode;
import jakarta.websocket.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The catalogue of close codes, as the endpoints hand it to the container. */
final class CloseCodeTest {
    /** What RFC 6455 and its registry let an endpoint send, without 1012 and 1013, whose echo two servers reject. */
    private static final List<Integer> STANDARD = List.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011);

    @Test
    void noTwoHaveTheSameCode() {
        assertThat(Arrays.stream(CloseCode.values()).map(CloseCode::code)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void codeIsOneThatAnEndpointMaySend(CloseCode code) {
        assertThat(STANDARD.contains(code.code()) || (code.code() >= 4000 && code.code() <= 4999))
                .as("%d", code.code())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void reasonFitsInTheFrameAndInAnyLog(CloseCode code) {
        assertThat(code.reason().getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(123);
        assertThat(code.reason()).matches("[a-z ]*").isEqualTo(code.reason().strip());
    }

    @ParameterizedTest
    @EnumSource
    void containerTakesCodeAndReason(CloseCode code) {
        CloseReason reason = new CloseReason(CloseReason.CloseCodes.getCloseCode(code.code()), code.reason());

        assertThat(reason.getCloseCode().getCode()).isEqualTo(code.code());
        assertThat(reason.getReasonPhrase()).isEqualTo(code.reason());
    }

    /** 4000 to 4499: reconnect, it will get better. 4500 to 4999: stop and tell the user. */
    @ParameterizedTest
    @EnumSource(names = {"SLOW", "EXPIRED", "NO_PONG", "OVERLOADED"})
    void whatPassesTellsTheClientToComeBack(CloseCode code) {
        assertThat(code.code()).isBetween(4000, 4499);
    }

    @ParameterizedTest
    @EnumSource(names = {"BAD_CREDENTIAL", "LIMIT_EXCEEDED", "NOT_THIS_PROTOCOL"})
    void whatDoesNotPassTellsTheClientToStop(CloseCode code) {
        assertThat(code.code()).isBetween(4500, 4999);
    }

    @Test
    void theseNumbersAreTheProtocols() {
        assertThat(List.of(
                        CloseCode.NORMAL.code(),
                        CloseCode.GOING_AWAY.code(),
                        CloseCode.NOT_ACCEPTED.code(),
                        CloseCode.POLICY.code(),
                        CloseCode.TOO_BIG.code(),
                        CloseCode.INTERNAL_ERROR.code(),
                        CloseCode.SLOW.code(),
                        CloseCode.EXPIRED.code(),
                        CloseCode.NO_PONG.code(),
                        CloseCode.OVERLOADED.code(),
                        CloseCode.BAD_CREDENTIAL.code(),
                        CloseCode.LIMIT_EXCEEDED.code(),
                        CloseCode.NOT_THIS_PROTOCOL.code()))
                .containsExactly(1000, 1001, 1003, 1008, 1009, 1011, 4001, 4002, 4003, 4004, 4500, 4502, 4503);
        assertThat(CloseCode.GOING_AWAY.reason()).isEqualTo("service restart");
    }
}
