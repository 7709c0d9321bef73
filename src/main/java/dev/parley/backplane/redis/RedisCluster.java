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

    /** By what a server says of itself; Valkey says it in a word of its own. */
    static boolean isCluster(String server) {
        return server.contains("redis_mode:cluster") || server.contains("server_mode:cluster");
    }

    /** A server that does not know its own name says none, and is where it was asked. */
    private static HostAndPort master(List<?> pair, HostAndPort asked) {
        String name = RedisConnection.text(pair.get(0));
        return new HostAndPort(name == null || name.isEmpty() ? asked.getHost() : name, (int) (long) pair.get(1));
    }

    private static <T> T ask(List<HostAndPort> hosts, JedisClientConfig config, Question<T> question)
            throws LinkException {
        LinkException last = new LinkException("there is no server");
        for (HostAndPort host : hosts) {
            try (RedisConnection connection = RedisEngine.connect(host, config)) {
                String server = Objects.toString(RedisConnection.text(connection.call(Command.INFO, "server")));
                if (!isCluster(server)) {
                    throw new BackplaneException(
                            "this is no Redis Cluster: its address begins with redis:// or rediss://");
                }
                String state = Objects.toString(RedisConnection.text(connection.call(Command.CLUSTER, "INFO")));
                if (state.contains("cluster_state:ok")) {
                    return question.to(connection, host);
                }
                last = new LinkException("the cluster is down");
            } catch (LinkException e) {
                last = e;
            }
        }
        throw last;
    }

    /** What is asked. */
    private interface Question<T> {
        T to(RedisConnection connection, HostAndPort host) throws LinkException;
    }
}
