package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.ClusterContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("standalone") // no server is needed, so once is enough
final class RedisClusterIT extends ClusterContract {
    private static RedisServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = RedisServer.launch(RedisServer.FORGETFUL);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Override
    protected Nodes start(int entriesPerRoom) throws Exception {
        return server.twoNodes(entriesPerRoom, "a secret");
    }

    @Test
    void whatSomebodyElsePutThereOrMovedIsNotGiven() throws Exception {
        server.cli("SET", "parley:kept:forged", "- value");
        server.cli("SET", "parley:kept:broken", "value");
        result(here.keep("key", "value", Duration.ofSeconds(30)));
        server.cli("RENAME", "parley:kept:key", "parley:kept:moved");

        assertThat(result(there.take("forged"))).isEmpty();
        assertThat(result(there.take("broken"))).isEmpty();
        assertThat(result(there.take("moved"))).isEmpty();
    }
}
