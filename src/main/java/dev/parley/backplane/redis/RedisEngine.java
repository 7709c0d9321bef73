package dev.parley.backplane.redis;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.SslOptions;

/** Redis 7 or newer, or Valkey, as an engine. Thread-safe. */
public final class RedisEngine implements Engine {
    private static final Pattern RUN_ID = Pattern.compile("(?m)^run_id:([0-9a-f]{8})");
    private static final Pattern POLICY = Pattern.compile("(?m)^maxmemory_policy:([a-z-]+)");

    private final RedisAddress address;
    private final int entriesPerRoom;

    /**
     * The Redis at an address, keeping at least the last {@code entriesPerRoom} entries of each room.
     *
     * @throws IllegalArgumentException if it is no address
     * @throws BackplaneException if it is one that cannot work, in words that repeat nothing secret
     */
    public RedisEngine(String address, int entriesPerRoom) {
        this.address = RedisAddress.parse(address);
        this.entriesPerRoom = entriesPerRoom;
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public Link connect() throws LinkException {
        HostAndPort[] hosts = address.kind() == RedisAddress.Kind.CLUSTER
                ? RedisCluster.masters(address.hosts(), config())
                : new HostAndPort[] {host()};
        RedisShards shards = new RedisShards(hosts, this::shard);
        RedisKeys keys = new RedisKeys(address.database());
        return new RedisLink(shards, keys, new RedisLog(shards, keys, entriesPerRoom), new RedisMembers(shards, keys));
    }

    private RedisShard shard(HostAndPort host) throws LinkException {
        RedisConnection connection = new RedisConnection(host, config());
        try {
            RedisCluster.require(address.kind() == RedisAddress.Kind.CLUSTER, connection);
            requireThatNothingIsDropped(connection);
            Matcher run = RUN_ID.matcher(connection.info("server"));
            if (!run.find()) {
                throw new BackplaneException("Redis does not tell its run id");
            }
            return new RedisShard(connection, run.group(1));
        } catch (LinkException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Under any other policy Redis may drop the log of a room, or the number it was at, when memory runs out. */
    private static void requireThatNothingIsDropped(RedisConnection connection) throws LinkException {
        Matcher policy = POLICY.matcher(connection.info("memory"));
        if (policy.find() && !policy.group(1).equals("noeviction")) {
            throw new BackplaneException(
                    "Redis may drop messages when its memory is full: maxmemory-policy must be noeviction, not "
                            + policy.group(1));
        }
    }

    /** What is published on one server of a cluster is told by all. */
    @Override
    public Listener listen(Set<RoomId> rooms) throws LinkException {
        return new RedisListener(host(), config(), new RedisKeys(address.database()), rooms);
    }

    private HostAndPort host() throws LinkException {
        return switch (address.kind()) {
            case SERVER -> address.hosts().get(0);
            case SENTINELS -> master();
            case CLUSTER -> RedisCluster.member(address.hosts(), config());
        };
    }

    private HostAndPort master() throws LinkException {
        JedisClientConfig config = withTls(DefaultJedisClientConfig.builder()).build();
        return RedisConnection.askAnyOf(address.hosts(), config, (sentinel, host) -> {
            Object found = sentinel.call(Protocol.Command.SENTINEL, "get-master-addr-by-name", address.master());
            if (!(found instanceof List<?> pair) || pair.size() != 2) {
                throw new LinkException("the sentinels know no such master");
            }
            String master = Objects.requireNonNull(RedisConnection.text(pair.get(0)));
            return new HostAndPort(master, Integer.parseInt(RedisConnection.text(pair.get(1))));
        });
    }

    private JedisClientConfig config() {
        DefaultJedisClientConfig.Builder config = withTls(DefaultJedisClientConfig.builder())
                .resp2()
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED) // one right less that the user needs
                .database(address.database())
                .clientName("parley");
        if (!address.user().isEmpty()) {
            config.user(address.user());
        }
        if (!address.password().isEmpty()) {
            config.password(address.password());
        }
        return config.build();
    }

    /** By the JVM's trust store, and the host's name is checked. */
    private DefaultJedisClientConfig.Builder withTls(DefaultJedisClientConfig.Builder config) {
        config.timeoutMillis(TIMEOUT_MILLIS);
        return address.isTls() ? config.sslOptions(SslOptions.defaults()) : config;
    }

    @Override
    public void close() {
        // every connection is closed by the thread that holds it
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
