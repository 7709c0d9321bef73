package dev.parley.backplane.redis;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.engine.LinkException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;

/** What a Redis Cluster says of itself. */
final class RedisCluster {
    private RedisCluster() {}

    /** One of these hosts that is well, and belongs to a cluster that is. */
    static HostAndPort member(List<HostAndPort> hosts, JedisClientConfig config) throws LinkException {
        return ask(hosts, config, (connection, host) -> host);
    }

    /** The master of each slot. */
    static HostAndPort[] masters(List<HostAndPort> hosts, JedisClientConfig config) throws LinkException {
        return ask(hosts, config, (connection, host) -> {
            HostAndPort[] masters = new HostAndPort[RedisShards.SLOTS];
            for (Object each : (List<?>) connection.call(Command.CLUSTER, "SLOTS")) {
                List<?> range = (List<?>) each;
                HostAndPort master = master((List<?>) range.get(2), host);
                for (long slot = (long) range.get(0); slot <= (long) range.get(1); slot++) {
                    masters[(int) slot] = master;
                }
            }
            if (Arrays.asList(masters).contains(null)) {
                throw new LinkException("the cluster has slots that nobody serves");
            }
            return masters;
        });
    }

    /** A server of a cluster refuses most rooms, and one that is none knows no masters. Valkey has a word of its own for it. */
    static void require(boolean isWanted, RedisConnection server) throws LinkException {
        String info = server.info("server");
        boolean isCluster = info.contains("redis_mode:cluster") || info.contains("server_mode:cluster");
        if (isCluster != isWanted) {
            throw new BackplaneException(
                    isCluster
                            ? "this is a Redis Cluster: its address begins with redis-cluster:// or rediss-cluster://"
                            : "this is no Redis Cluster: its address begins with redis:// or rediss://");
        }
    }

    /** A server that does not know its own name says none, and is where it was asked. */
    private static HostAndPort master(List<?> pair, HostAndPort asked) {
        String name = RedisConnection.text(pair.get(0));
        return new HostAndPort(name == null || name.isEmpty() ? asked.getHost() : name, (int) (long) pair.get(1));
    }

    private static <T> T ask(List<HostAndPort> hosts, JedisClientConfig config, RedisConnection.Question<T> question)
            throws LinkException {
        return RedisConnection.askAnyOf(hosts, config, (connection, host) -> {
            require(true, connection);
            String state = Objects.toString(RedisConnection.text(connection.call(Command.CLUSTER, "INFO")));
            if (!state.contains("cluster_state:ok")) {
                throw new LinkException("the cluster is down");
            }
            return question.to(connection, host);
        });
    }
}
