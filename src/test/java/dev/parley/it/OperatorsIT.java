package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.TestOperators;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators of the archive by itself, and what is only seen in its log. */
@Tag("standalone")
final class OperatorsIT extends ConsoleContract {
    @TempDir
    private static Path directory;

    private static ExecutableWar war;

    @BeforeAll
    static void start() throws IOException {
        Path file = Files.writeString(
                directory.resolve("users.xml"),
                "<tomcat-users>\n" + TestOperators.lines("<user username=\"%s\" password=\"%s\" roles=\"%s\"/>")
                        + "</tomcat-users>\n");
        war = ExecutableWar.start("--host", "127.0.0.1", "--port", "0", "--users", file.toString());
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    @Override
    Site site() {
        return Site.at(war.url());
    }

    @Test
    void nothingThatIsSentCanAddALineToTheLog() {
        send(by("otto", request("DELETE", "/api/v1/connections?user=x%0d%0aINFO%20forged", "")));
        await().untilAsserted(() -> assertThat(war.err()).anyMatch(line -> line.contains("x%0d%0aINFO%20forged")));
        send(by("otto", request("DELETE", "/api/v1/connections/x%0d%0aINFO%20forged", "")));
        assertThat(war.err()).noneMatch(line -> line.startsWith("INFO forged"));
    }

    @Test
    void guessingIsSlowedDown(@TempDir Path own) throws IOException {
        Path password = Files.writeString(own.resolve("password"), "correct horse\n");
        try (ExecutableWar locked = ExecutableWar.start(
                "--host", "127.0.0.1", "--port", "0", "--admin-password-file", password.toString())) {
            URI overview = URI.create(locked.url() + "api/v1/overview");
            assertThat(send(as("admin", "correct horse", HttpRequest.newBuilder(overview)))
                            .statusCode())
                    .isEqualTo(200);
            for (int i = 0; i < 10; i++) {
                assertThat(send(as("admin", "guess" + i, HttpRequest.newBuilder(overview)))
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(send(as("admin", "correct horse", HttpRequest.newBuilder(overview)))
                            .statusCode())
                    .isEqualTo(429);
            assertThat(locked.err()).noneMatch(line -> line.contains("horse") || line.contains("guess"));
        }
    }

    @Test
    void withoutAPasswordThereIsNoConsole() {
        try (ExecutableWar off = ExecutableWar.start("--host", "127.0.0.1", "--port", "0")) {
            Site site = Site.at(off.url());
            assertThat(send(HttpRequest.newBuilder(URI.create(off.url() + "admin/")))
                            .statusCode())
                    .isEqualTo(404);
            assertThat(site.upgrade("/admin/ws?ticket=x").refusal()).isEqualTo(404);
            assertThat(send(as("admin", "admin", HttpRequest.newBuilder(URI.create(off.url() + "api/v1/overview"))))
                            .statusCode())
                    .isEqualTo(401);
        }
    }
}
