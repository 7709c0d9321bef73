package dev.parley.backplane.redis;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.ClusterContract;
import dev.parley.backplane.engine.EngineBackplane;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

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
        server.cli("FLUSHALL");
        return new Nodes(node(entriesPerRoom), node(entriesPerRoom));
    }

    private static Backplane node(int entriesPerRoom) {
        return RedisEngine.start(server.address(), entriesPerRoom, EngineBackplane.Timing.USUAL, "a secret");
    }
}
