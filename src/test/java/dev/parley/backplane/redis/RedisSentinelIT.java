package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Account;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One master, one replica, and one sentinel that makes the replica master when the master is gone. */
@Tag("standalone") // no server is needed, so once is enough
@Tag("full") // takes half a minute
@Timeout(120)
final class RedisSentinelIT {
    private RedisServer master;
    private RedisServer replica;
    private RedisServer sentinel;

    @BeforeEach
    void start() throws Exception {
        master = RedisServer.launch(RedisServer.DURABLE);
        replica = RedisServer.launch(
                List.of("--replicaof", "127.0.0.1 " + master.port(), "--repl-diskless-sync-delay", "0"));
        sentinel = RedisServer.launchSentinel(master.port());
        FaultyNodes.until(() -> sentinel.cli("SENTINEL", "REPLICAS", "parley").contains("127.0.0.1:" + replica.port())
                && replica.cli("INFO", "replication").contains("master_link_status:up"));
    }

    @AfterEach
    void stop() throws Exception {
        for (EngineProcess each : List.of(sentinel, replica, master)) {
            each.close();
        }
    }

    @Test
    void afterAFailoverNodesGoOnWithTheNewMasterAndAreToldWhatItHasNot() throws Exception {
        try (Backplane one = node();
                Backplane other = node();
                Account account = FaultyNodes.account(one, other)) {
            account.awaitMore(200);
            master.kill();
            account.awaitMore(400);

            assertThat(replica.cli("ROLE")).startsWith("master");
            FaultyNodes.assertThatTheRestIsThere(account);
        }
    }

    private Backplane node() {
        return EngineBackplane.start(
                new RedisEngine(
                        "redis-sentinel://" + RedisServer.USER + "127.0.0.1:" + sentinel.port() + "?master=parley",
                        100_000),
                EngineBackplane.Timing.USUAL,
                "",
                new Budget(Long.MAX_VALUE),
                new Threads());
    }
}
