package dev.parley.handshake.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.TokenVerifier;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TicketServletTest {
    private static final String PAGE = "https://app.example";

    private final MemoryTickets tickets = new MemoryTickets();
    private final TicketServlet servlet = new TicketServlet(
            tickets,
            new OriginRule(Set.of(), false),
            Dependencies.none()
                    .with(
                            TokenVerifier.class,
                            token -> token.equals("good")
                                    ? new TokenVerifier.Verdict.Accepted(Credential.of("alice"))
                                    : new TokenVerifier.Verdict.Rejected("not one of ours")));
    private final Map<String, Object> answer = new HashMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    @Test
    void tokenGivesATicketForItsUserAndPage() throws IOException {
        post(new Asking("").with("Authorization", "Bearer good").with("Origin", PAGE));

        String text = body.toString(StandardCharsets.UTF_8);
        assertThat(text).matches("\\{\"ticket\":\"[A-Za-z0-9_-]{43}\",\"seconds\":30}");
        assertThat(answer).containsEntry("Cache-Control", "no-store").doesNotContainKey("status");
        Secret ticket = new Secret(text.substring(11, 54));
        assertThat(tickets.redeem(ticket, Optional.of(PAGE)).map(Credential::user))
                .contains("alice");
    }

    @Test
    void whoHoldsTooManyIsToldSo() throws IOException {
        for (int i = 0; i < Shares.MAX_OF_ONE; i++) {
            post(new Asking("").with("Authorization", "Bearer good"));
            assertThat(answer).doesNotContainKey("status");
        }
        post(new Asking("").with("Authorization", "Bearer good"));

        assertThat(answer).containsEntry("status", 429);
        assertThat(body.size()).isZero();
    }

    @Test
    void nobodyGetsNone() throws IOException {
        post(new Asking(""));
        assertThat(answer).containsEntry("status", 401).containsEntry("WWW-Authenticate", "Bearer");
        post(new Asking("").with("Authorization", "Bearer bad"));
        assertThat(answer).containsEntry("status", 403);
        assertThat(body.size()).isZero();
    }

    /** A browser sends its user's cookies along for any page that asks. */
    @Test
    void foreignPageGetsNoneThoughTheUserIsLoggedIn() throws IOException {
        post(new Asking("").by("carol").with("Origin", "https://evil.example"));
        assertThat(answer).containsEntry("status", 403);
        post(new Asking("").by("carol").with("Origin", PAGE));
        assertThat(body.size()).isPositive();
    }

    @Test
    void ticketDoesNotGiveAnother() throws IOException {
        Secret ticket = tickets.give(Credential.of("alice"), Optional.empty()).orElseThrow();
        post(new Asking("ticket=" + ticket.reveal()));
        assertThat(answer).containsEntry("status", 403);
    }

    private void post(Asking asking) throws IOException {
        answer.clear();
        body.reset();
        servlet.doPost(asking.request(), Fake.of(HttpServletResponse.class, (name, arguments) -> {
            switch (name) {
                case "setStatus" -> answer.put("status", arguments[0]);
                case "setHeader" -> answer.put((String) arguments[0], arguments[1]);
                case "setContentType", "setContentLength" -> answer.put(name, arguments[0]);
                case "getOutputStream" -> {
                    return Fake.output(body);
                }
                default -> throw new AssertionError("unexpected answer by " + name);
            }
            return null;
        }));
    }
}
