package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.handshake.Decisions;
import dev.parley.handshake.TrustedProxies;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class RealmTest {
    private Instant now = Instant.parse("2026-06-01T12:00:00Z");
    private final Realm realm = new Realm(() -> now, TrustedProxies.NONE);

    /** Answers 200 whoever may act. */
    @SuppressWarnings("serial")
    private final HttpServlet servlet = new HttpServlet() {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (realm.require(Role.OPERATOR, request, response).isPresent()) {
                Answer.send(response, 200, "text/plain", "");
            }
        }
    };

    @Test
    void roleThatIsTakenAwayIsGoneWithinFiveSeconds() {
        assertThat(otto("parley-operator")).isEqualTo(200);
        pass(Duration.ofSeconds(4));
        assertThat(otto("parley-viewer")).as("still remembered").isEqualTo(200);
        pass(Duration.ofSeconds(1));
        assertThat(otto("parley-viewer")).isEqualTo(403);
        assertThat(otto("parley-operator")).as("remembered as it is now").isEqualTo(403);
        pass(Duration.ofSeconds(5));
        assertThat(otto("parley-operator")).isEqualTo(200);
    }

    @Test
    void passwordThatWasChangedIsGoneWithinFiveSeconds() {
        assertThat(otto("parley-operator")).isEqualTo(200);
        pass(Duration.ofSeconds(5));
        assertThat(Call.get("/")
                        .as("otto", "the old one", "parley-operator")
                        .to(servlet)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void whoeverGuessesIsLockedOutForAMinuteAndSeenByOperators() {
        for (int i = 0; i < 10; i++) {
            assertThat(Call.get("/").as("otto", "guess " + i).to(servlet).status())
                    .isEqualTo(401);
        }
        assertThat(otto("parley-operator")).isEqualTo(429);
        pass(Duration.ofSeconds(61));
        assertThat(otto("parley-operator")).isEqualTo(200);

        assertThat(realm.failed())
                .hasSize(11)
                .last()
                .extracting(Decisions.Refusal::outcome, Decisions.Refusal::address)
                .containsExactly(new Decisions.Outcome(429, "an address is locked out"), "203.0.113.7");
        assertThat(realm.failed().toString()).doesNotContain("guess", "otto");
    }

    private int otto(String role) {
        return Call.get("/").as("otto", "open sesame", role).to(servlet).status();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }
}
