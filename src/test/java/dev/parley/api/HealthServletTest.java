package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HealthServletTest {
    private boolean isReady = true;
    private final HealthServlet servlet = new HealthServlet(List.of(
            new Check(Check.Kind.LIVE, "timer", () -> Check.Finding.of(true, Map.of())),
            new Check(Check.Kind.READY, "doors", () -> Check.Finding.of(isReady, Map.of("state", "open"))),
            new Check(Check.Kind.STARTED, "application", () -> Check.Finding.of(true, Map.of()))));

    @Test
    void bodyIsThatOfMicroProfileHealth() {
        Call call = Call.get("/ready").to(servlet);

        assertThat(call.status()).isEqualTo(200);
        assertThat(call.header("Content-Type")).isEqualTo("application/json");
        assertThat(call.header("Cache-Control")).isEqualTo("no-store");
        assertThat(call.body())
                .isEqualTo(
                        "{\"status\":\"UP\",\"checks\":[{\"name\":\"doors\",\"status\":\"UP\",\"data\":{\"state\":\"open\"}}]}\n");
    }

    @Test
    void oneCheckThatIsDownIs503ForItsQuestionAndForAllTogether() {
        isReady = false;

        assertThat(Call.get("/ready").to(servlet).status()).isEqualTo(503);
        assertThat(Call.get("/ready").to(servlet).body()).startsWith("{\"status\":\"DOWN\"");
        assertThat(Call.get(null).to(servlet).status()).isEqualTo(503);
        assertThat(Call.get("/live").to(servlet).status()).isEqualTo(200);
        assertThat(Call.get("/started").to(servlet).status()).isEqualTo(200);
    }

    @Test
    void checkThatThrowsIsDownAndItsReasonIsForTheLog() {
        HealthServlet failing = new HealthServlet(List.of(new Check(Check.Kind.READY, "backplane", () -> {
            throw new IllegalStateException("secret host");
        })));

        Call call = Call.get("/ready").to(failing);

        assertThat(call.status()).isEqualTo(503);
        assertThat(call.body()).doesNotContain("secret");
    }

    @Test
    void otherPathsAreNoHealth() {
        assertThat(Call.get("/lively").to(servlet).status()).isEqualTo(404);
    }
}
