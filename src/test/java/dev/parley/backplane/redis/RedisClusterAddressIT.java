package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.parley.backplane.Account;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.ClusterContract;
import dev.parley.backplane.Draft;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes over a Redis Cluster do the same as over one Redis, and go on when a server was away or slots have moved. */
@Tag("full") // takes a minute
@Tag("standalone") // no server is needed, so once is enough
@Timeout(120)
final class RedisClusterAddressIT {
    private static RedisClusterServers cluster;

    @BeforeAll
    static void startServers() throws Exception {
        cluster = RedisClusterServers.launch();
    }

    @AfterAll
    static void stopServers() throws Exception {
        cluster.close();
    }

    private static Backplane node(int entriesPerRoom) {
        return EngineBackplane.start(
                new RedisEngine(cluster.address(), entriesPerRoom),
                EngineBackplane.Timing.USUAL,
                "a secret",
                new Budget(Long.MAX_VALUE),
                new Threads());
    }

    @Nested
    final class Log extends RedisLogContract {
        @Override
        protected Nodes start(int entriesPerRoom) throws Exception {
            cluster.flush();
            return new Nodes(node(entriesPerRoom), node(entriesPerRoom));
        }
    }

    @Nested
    final class Cluster extends ClusterContract {
        @Override
        protected Nodes start(int entriesPerRoom) throws Exception {
            cluster.flush();
            return new Nodes(node(entriesPerRoom), node(entriesPerRoom));
        }
    }

    @Test
    void aMasterThatIsKilledAndStartedAgainHasLostNothing() throws Exception {
        try (Backplane one = node(100_000);
                Backplane other = node(100_000);
                Account account = FaultyNodes.account(one, other)) {
            account.awaitMore(200);
            cluster.server(1).kill();
            cluster.server(1).start();
            account.awaitMore(200);

            Account.Verdict verdict = account.settle();
            assertThat(verdict).isEqualTo(new Account.Verdict(verdict.acknowledged(), 0, 0, 0, 0));
        }
    }

    @Test
    void whereASlotHasMovedToIsFound() throws Exception {
        RoomId room = new RoomId("moving");
        String slot = cluster.server(0).cli("CLUSTER", "KEYSLOT", "{moving}");
        int owner = cluster.ownerOf("{moving}");
        RedisServer from = cluster.server(owner);
        RedisServer to = cluster.server((owner + 1) % 3);
        String next = to.cli("CLUSTER", "MYID");
        try (Backplane node = node(100)) {
            Draft.Author author = new Draft.Author("alice", "a1");
            node.append(new RoomId("another"), new Draft("key", author, Draft.Kind.MESSAGE, "m"))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS); // who writes knows where slots are
            // The new owner first, as an import: so its word is the newest, and no gossip takes it back.
            to.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", from.cli("CLUSTER", "MYID"));
            to.cli("CLUSTER", "SETSLOT", slot, "NODE", next);
            for (RedisServer server : cluster.servers()) {
                server.cli("CLUSTER", "SETSLOT", slot, "NODE", next);
            }
            node.append(room, new Draft("key", author, Draft.Kind.MESSAGE, "m"))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);

            assertThat(to.cli("EXISTS", "parley:{moving}:s")).isEqualTo("1");
            assertThat(node.health().reconnects()).isPositive();
        }
    }

    @Test
    void aServerOfAClusterIsNotTakenForOneThatIsAlone() {
        assertThatExceptionOfType(BackplaneException.class)
                .isThrownBy(() -> EngineBackplane.start(
                        new RedisEngine(cluster.server(0).address(), 100),
                        EngineBackplane.Timing.USUAL,
                        "",
                        new Budget(Long.MAX_VALUE),
                        new Threads()))
                .withMessageContaining("redis-cluster://");
    }

    @Test
    void aServerThatIsAloneIsNotTakenForACluster() throws Exception {
        try (RedisServer alone = RedisServer.launch(RedisServer.FORGETFUL)) {
            assertThatExceptionOfType(BackplaneException.class)
                    .isThrownBy(() -> EngineBackplane.start(
                            new RedisEngine(alone.address().replace("redis:", "redis-cluster:"), 100),
                            EngineBackplane.Timing.USUAL,
                            "",
                            new Budget(Long.MAX_VALUE),
                            new Threads()))
                    .withMessageContaining("no Redis Cluster");
        }
    }

    @Test
    void aClusterHasNoNumberedDatabases() {
        assertThatExceptionOfType(BackplaneException.class)
                .isThrownBy(() -> RedisAddress.parse("redis-cluster://host:6379/1"));
    }
}
