package dev.parley.backplane.redis;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("standalone") // no server is needed, so once is enough
final class RedisBackplaneIT extends RedisLogContract {
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
        return server.twoNodes(entriesPerRoom, "");
    }
}
