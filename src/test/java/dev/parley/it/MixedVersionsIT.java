package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Site;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A node of an earlier build and one of this one serve one room together. {@code -Dit.previous.war=…} names the earlier archive,
 * and {@code -Dit.excluded=shared,realm} lets it run.
 */
@Tag("standalone")
@Tag("previous")
@Timeout(180)
final class MixedVersionsIT {
    private static final int MESSAGES = 50;
    private static final String ROOM = "mixed";

    @ParameterizedTest
    @CsvSource({"redis, earlier", "redis, later", "postgresql, earlier", "postgresql, later"})
    void oneRoomOverTwoVersions(String name, String first) throws Exception {
        Path previous = Path.of(Objects.requireNonNull(
                System.getProperty("it.previous.war"), "-Dit.previous.war names the archive of an earlier build"));
        List<Path> archives =
                first.equals("earlier") ? List.of(previous, ParleyWar.file()) : List.of(ParleyWar.file(), previous);
        try (EngineProcess engine =
                        name.equals("redis") ? RedisServer.launch(RedisServer.DURABLE) : PostgresServer.launch();
                ExecutableWar one = node(archives.get(0), engine)) {
            assertThat(one.url()).isNotNull(); // the first one makes what the engine needs
            try (ExecutableWar other = node(archives.get(1), engine);
                    RoomsClient alice = RoomsClient.as("alice", Site.at(one.url()));
                    RoomsClient bob = RoomsClient.as("bob", Site.at(other.url()))) {
                alice.asks("'type':'join','room':'" + ROOM + "','presence':true");
                String joined = bob.asks("'type':'join','room':'" + ROOM + "','presence':true");
                alice.hearsWith("\"bob\""); // is there

                for (int i = 1; i <= MESSAGES; i++) {
                    String after = i == 1 ? "" : "'after':'k" + (i - 1) + "',"; // an earlier node does not look at it
                    alice.says(
                            "{'type':'send','room':'" + ROOM + "','key':'k" + i + "'," + after + "'data':" + i + "}");
                    bob.says("{'type':'send','room':'" + ROOM + "','key':'k" + i + "'," + after + "'data':" + i + "}");
                }

                List<String> heard = messages(alice);
                assertThat(messages(bob)).isEqualTo(heard);
                for (String user : List.of("alice", "bob")) {
                    assertThat(heard.stream().filter(text -> text.contains("\"user\":\"" + user + '"')))
                            .extracting(text -> RoomsClient.field(text, "data"))
                            .containsExactlyElementsOf(numbers());
                }
                try (RoomsClient again = RoomsClient.as("bob", Site.at(one.url()))) {
                    String since = RoomsClient.field(joined, "position").replace('"', '\'');
                    assertThat(again.asks("'type':'join','room':'" + ROOM + "','since':" + since))
                            .contains("\"resume\":\"ok\"", "\"replayed\":" + 2 * MESSAGES);
                    assertThat(messages(again)).isEqualTo(heard);
                    assertThat(again.sends(ROOM, "k1", "0")).contains("\"duplicate\":true");
                }
            }
        }
    }

    private static List<String> messages(RoomsClient client) {
        List<String> messages = new ArrayList<>();
        while (messages.size() < 2 * MESSAGES) {
            messages.add(client.hearsWith("\"type\":\"message\""));
        }
        return messages;
    }

    private static List<String> numbers() {
        List<String> numbers = new ArrayList<>();
        for (int i = 1; i <= MESSAGES; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }

    private static ExecutableWar node(Path archive, EngineProcess engine) {
        return ExecutableWar.start(
                archive,
                List.of("-Xmx256m", "-Dparley.messages-per-second=1000"),
                Map.of(),
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--backplane",
                engine.address());
    }
}
