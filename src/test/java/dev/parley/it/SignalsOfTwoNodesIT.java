package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Site;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is signalled on one node of {@code java -jar parley.war} is heard on two, over each engine, once and by the others. */
@Tag("standalone")
@Tag("full") // takes a minute
@Timeout(180)
final class SignalsOfTwoNodesIT {
    @ParameterizedTest
    @ValueSource(strings = {"redis", "postgresql"})
    void aSignalIsHeardOnBothNodesOnceAndStoredByNobody(String name) throws Exception {
        try (EngineProcess engine =
                        name.equals("redis") ? RedisServer.launch(RedisServer.DURABLE) : PostgresServer.launch();
                ExecutableWar one = node(engine);
                ExecutableWar other = node(engine);
                RoomsClient alice = RoomsClient.as("alice", Site.at(one.url()));
                RoomsClient here = RoomsClient.as("here", Site.at(one.url()));
                RoomsClient there = RoomsClient.as("there", Site.at(other.url()))) {
            for (RoomsClient client : List.of(alice, here, there)) {
                client.joins("news");
            }
            String first = "'type':'signal','room':'news','data':{'n':0}";
            await().pollInSameThread()
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () -> { // until both nodes listen to the room
                                alice.says("{" + first + "}");
                                there.says("{'id':99,'type':'history','room':'news'}");
                                return there.hearsWith("").contains("signal");
                            });
            String most = "\u20ac".repeat(1_300);
            for (int n = 1; n <= 30; n++) { // more than 128 KiB, of which PostgreSQL takes less than 8 at once
                alice.says("{'type':'signal','room':'news','data':{'n':" + n + ",'most':'" + most + "'}}");
            }
            assertThat(alice.sends("news", "k", "'end'")).contains("ack");

            for (RoomsClient client : List.of(here, there)) {
                for (int n = 1; n <= 30; n++) {
                    assertThat(client.hearsWith("\"most\"")).contains("\"n\":" + n + ",", "\"user\":\"alice\"");
                }
            }
            String history = there.asks("'type':'history','room':'news'");
            assertThat(history).contains("\"end\"", "\"seq\":1,").doesNotContain("\"n\":", "\"seq\":2,");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "postgresql"})
    void aStatusIsSeenOnTheOtherNodeWithinASecondAndGoesWithTheLastConnection(String name) throws Exception {
        try (EngineProcess engine =
                        name.equals("redis") ? RedisServer.launch(RedisServer.DURABLE) : PostgresServer.launch();
                ExecutableWar one = node(engine);
                ExecutableWar other = node(engine);
                RoomsClient alice = RoomsClient.as("alice", Site.at(one.url()));
                RoomsClient alsoAlice = RoomsClient.as("alice", Site.at(other.url()));
                RoomsClient bob = RoomsClient.as("bob", Site.at(other.url()))) {
            bob.asks("'type':'join','room':'news','presence':true");
            assertThat(alice.asks("'type':'join','room':'news','presence':{'data':{'is':'here'}}"))
                    .contains("joined");
            assertThat(bob.hearsWith("\"changed\"")).contains("{\"user\":\"alice\",\"data\":{\"is\":\"here\"}}");

            long before = System.nanoTime();
            alice.says("{'type':'presence','room':'news','data':'away'}");
            assertThat(bob.hearsWith("\"away\"")).contains("\"changed\":[{\"user\":\"alice\",\"data\":\"away\"}]");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));

            alsoAlice.asks("'type':'join','room':'news','presence':{'data':2}");
            assertThat(bob.hearsWith("\"data\":2")).contains("\"changed\"");
            alsoAlice.asks("'type':'leave','room':'news'");
            assertThat(bob.hearsWith("\"away\""))
                    .as("what the other connection says")
                    .contains("\"changed\"");
            alice.asks("'type':'leave','room':'news'");
            assertThat(bob.hearsWith("\"left\":[\"alice\"]")).doesNotContain("away");
            assertThat(bob.asks("'type':'members','room':'news'"))
                    .contains("\"count\":1,")
                    .doesNotContain("alice", "away");
            alice.asks("'type':'join','room':'news'");
            assertThat(bob.hearsWith("\"joined\":[\"alice\"]")).doesNotContain("changed");
        }
    }

    private static ExecutableWar node(EngineProcess engine) {
        return ExecutableWar.startOnAnyPort(List.of("-Xmx256m"), "--backplane", engine.address());
    }
}
