package dev.parley.backplane.redis;

import dev.parley.backplane.FaultyNodes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A real Redis Cluster of three masters, each with a third of the slots. */
final class RedisClusterServers implements AutoCloseable {
    private static final int MASTERS = 3;

    private final List<RedisServer> servers = new ArrayList<>();

    static RedisClusterServers launch() throws Exception {
        RedisClusterServers cluster = new RedisClusterServers();
        try {
            cluster.start();
        } catch (Exception | AssertionError e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void start() throws Exception {
        for (int i = 0; i < MASTERS; i++) {
            List<String> options = new ArrayList<>(RedisServer.DURABLE);
            int bus = RedisServer.freeBus();
            options.addAll(List.of(
                    "--cluster-enabled",
                    "yes",
                    "--cluster-port",
                    Integer.toString(bus),
                    "--cluster-node-timeout",
                    "2000"));
            RedisServer server = RedisServer.launch(options);
            servers.add(server);
            server.cli("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            server.cli(
                    "CLUSTER",
                    "ADDSLOTSRANGE",
                    Integer.toString(RedisShards.SLOTS * i / MASTERS),
                    Integer.toString(RedisShards.SLOTS * (i + 1) / MASTERS - 1));
            servers.get(0).cli("CLUSTER", "MEET", "127.0.0.1", Integer.toString(server.port()), Integer.toString(bus));
        }
        for (RedisServer server : servers) {
            FaultyNodes.until(() -> server.cli("CLUSTER", "INFO").contains("cluster_state:ok")
                    && server.cli("CLUSTER", "SLOTS")
                                    .lines()
                                    .filter("127.0.0.1"::equals)
                                    .count()
                            == MASTERS);
        }
    }

    RedisServer server(int number) {
        return servers.get(number);
    }

    List<RedisServer> servers() {
        return servers;
    }

    /** Names two of them; the third one is found. */
    String address() {
        return servers.subList(0, 2).stream()
                .map(server -> "127.0.0.1:" + server.port())
                .collect(Collectors.joining(",", "redis-cluster://" + RedisServer.USER, ""));
    }

    /** Forgets everything. */
    void flush() throws InterruptedException {
        for (RedisServer server : servers) {
            server.cli("FLUSHALL");
        }
    }

    /** The number of the server that has a key. */
    int ownerOf(String key) throws InterruptedException {
        return MASTERS * Integer.parseInt(servers.get(0).cli("CLUSTER", "KEYSLOT", key)) / RedisShards.SLOTS;
    }

    @Override
    public void close() throws IOException {
        for (RedisServer server : servers) {
            server.close();
        }
    }
}
