package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.Incoming.Text;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a log of Parley holds when everything is logged: no credential and no word that anybody said. */
@Tag("standalone")
final class LogIT {
    private static final String SECRET = "s3cr3t";

    @Test
    void neitherCredentialsNorMessagesAreLogged(@TempDir Path directory) throws IOException {
        Path logging = Files.writeString(directory.resolve("logging.properties"), """
                handlers = java.util.logging.ConsoleHandler
                .level = WARNING
                dev.parley.level = ALL
                java.util.logging.ConsoleHandler.level = ALL
                """);
        List<String> lines;
        try (ExecutableWar war =
                ExecutableWar.startOnAnyPort(List.of("-Xmx256m", "-Djava.util.logging.config.file=" + logging))) {
            talk(Site.at(war.url()));
            war.terminate();
            war.exitStatus(Duration.ofSeconds(20));
            lines = Stream.concat(war.out().stream(), war.err().stream()).toList();
        }
        assertThat(lines).anyMatch(line -> line.contains("handshake refused"));
        assertThat(lines).noneMatch(line -> line.contains(SECRET));
    }

    /** Says the secret in every place that has one, in conversations that go well and in ones that do not. */
    private static void talk(Site site) {
        String token = "?token=" + SECRET;
        for (String path : List.of("/items/foo/ws" + token, "/ws" + token, "/ws/1" + token)) {
            for (Frame end : List.of(
                    Frame.close(1000, SECRET),
                    Frame.close(1005, SECRET),
                    Frame.text(SECRET).unmasked(),
                    Frame.text((SECRET + "\u00ff").getBytes(StandardCharsets.ISO_8859_1)),
                    Frame.binary(SECRET.getBytes(StandardCharsets.US_ASCII)),
                    Frame.text(SECRET.repeat(200_000)))) {
                try (RawWebSocket client = RawWebSocket.open(site.upgrade(path).with("Cookie", "session=" + SECRET))) {
                    client.send(Frame.text(SECRET), end);
                    for (Incoming incoming = client.receive(); incoming instanceof Text; ) {
                        incoming = client.receive();
                    }
                }
            }
        }
        for (String path : List.of(
                "/items/foo/ws" + token + "&q=" + SECRET,
                "/items/" + SECRET + "/ws?token=",
                "/ws/" + SECRET + token,
                "/nope" + token,
                "/ws" + token + "%zz",
                "/items/%00/ws" + token)) {
            site.upgrade(path).with("Authorization", "Bearer " + SECRET).exchange();
        }
        for (String authorization : List.of("Bearer " + SECRET, "Basic " + SECRET, SECRET)) {
            site.upgrade("/items/foo/ws?ticket=" + SECRET)
                    .with("Authorization", authorization)
                    .with("Sec-WebSocket-Protocol", "parley.v1, bearer." + SECRET)
                    .exchange();
            site.upgrade("/tickets?ticket=" + SECRET)
                    .plain()
                    .method("POST")
                    .with("Authorization", authorization)
                    .exchange();
        }
        site.upgrade("/ws/1" + token)
                .with("Cookie", "session=" + SECRET)
                .with("Origin", "http://" + SECRET)
                .refusal();
    }
}
