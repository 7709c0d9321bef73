package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.ClusterContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Valkey does what Redis does. */
@Tag("system") // Valkey
@Tag("standalone") // no server is needed, so once is enough
final class ValkeyIT {
    private static RedisServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = RedisServer.launchValkey(RedisServer.FORGETFUL);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Test
    void itIsValkey() throws Exception {
        assertThat(server.cli("INFO", "server")).contains("server_name:valkey");
    }

    @Nested
    final class Log extends RedisLogContract {
        @Override
        protected Nodes start(int entriesPerRoom) throws Exception {
            return server.twoNodes(entriesPerRoom, "");
        }
    }

    @Nested
    final class Cluster extends ClusterContract {
        @Override
        protected Nodes start(int entriesPerRoom) throws Exception {
            return server.twoNodes(entriesPerRoom, "a secret");
        }
    }
}
