package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Site;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** parley.js, in Node, over 100 ms of round trip to two nodes over one Redis, of which one is killed. */
@Tag("standalone")
@Tag("system") // Node.js
@Timeout(180)
@Tag("standalone-alone") // it measures
final class ManyMessagesIT {
    private static final int MESSAGES = 1_000;
    private static final Duration ONE_WAY = Duration.ofMillis(50);

    @TempDir
    private Path folder;

    @Test
    void aThousandMessagesDoNotWaitForEachOtherAlthoughTheirNodeIsKilled() throws Exception {
        copy("/dev/parley/web/client/parley.js", "parley.mjs");
        copy("/dev/parley/it/many-messages.mjs", "many-messages.mjs");
        try (RedisServer redis = RedisServer.launch(RedisServer.DURABLE);
                ExecutableWar one = node(redis);
                ExecutableWar other = node(redis);
                DelayingRelay line = new DelayingRelay(one.url(), ONE_WAY);
                RoomsClient reader = RoomsClient.as("bob", Site.at(other.url()))) {
            reader.joins("many");
            Process sender = new ProcessBuilder(
                            "node",
                            "--experimental-websocket",
                            folder.resolve("many-messages.mjs").toString(),
                            "ws://127.0.0.1:" + line.port() + "/rooms",
                            "many",
                            Integer.toString(MESSAGES))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said =
                    new BufferedReader(new InputStreamReader(sender.getInputStream(), StandardCharsets.UTF_8))) {
                List<String> heard = new ArrayList<>();
                while (heard.size() < MESSAGES) {
                    String data = RoomsClient.field(reader.hearsWith("\"type\":\"message\""), "data");
                    if (!data.startsWith("\"warm")) {
                        heard.add(data);
                    }
                    if (heard.size() == MESSAGES / 2 && data.equals(heard.get(heard.size() - 1))) {
                        line.leadTo(other.url());
                        ProcessHandle.of(one.pid()).orElseThrow().destroyForcibly();
                    }
                }

                assertThat(heard)
                        .isEqualTo(IntStream.range(0, MESSAGES)
                                .mapToObj(Integer::toString)
                                .toList());
                assertThat(said.readLine()).isEqualTo("warm");
                String took = said.readLine();
                System.out.println("a thousand messages " + took);
                // One at a time they take a hundred seconds; on a quiet machine it is less than three.
                assertThat(Integer.parseInt(took.split(" ", 3)[1])).isLessThan(10_000);
                assertThat(reader.sends("many", "last", "1")).contains("\"ack\"", "\"seq\":" + (64 + MESSAGES + 1));
            } finally {
                sender.destroyForcibly();
            }
        }
    }

    private static ExecutableWar node(RedisServer redis) {
        return ExecutableWar.startOnAnyPort(
                List.of("-Xmx256m", "-Dparley.messages-per-second=100000", "-Dparley.bytes-per-second=100000000"),
                "--backplane",
                redis.address());
    }

    private void copy(String resource, String to) throws IOException {
        try (InputStream in = ManyMessagesIT.class.getResourceAsStream(resource)) {
            Files.copy(in, folder.resolve(to));
        }
    }
}
