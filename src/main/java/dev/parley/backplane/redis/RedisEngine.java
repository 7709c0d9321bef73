package dev.parley.backplane.redis;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisException;

/** Redis 7 or newer, or Valkey, as an engine. Thread-safe. */
public final class RedisEngine implements Engine {
    private static final Pattern RUN_ID = Pattern.compile("(?m)^run_id:([0-9a-f]{8})");
    private static final Pattern POLICY = Pattern.compile("(?m)^maxmemory_policy:([a-z-]+)");

    private final RedisAddress address;
    private final int entriesPerRoom;

    private RedisEngine(RedisAddress address, int entriesPerRoom) {
        this.address = address;
        this.entriesPerRoom = entriesPerRoom;
    }

    /**
     * A node over the Redis at an address, keeping at least the last {@code entriesPerRoom} entries of each room.
     *
     * @throws IllegalArgumentException if it is no address
     * @throws BackplaneException if Redis is set up to drop keys when memory runs out
     */
    public static Backplane start(
            String address,
            int entriesPerRoom,
            EngineBackplane.Timing timing,
            String secret,
            Budget budget,
            Threads threads) {
        RedisEngine engine = new RedisEngine(RedisAddress.parse(address), entriesPerRoom);
        return EngineBackplane.start(engine, timing, secret, budget, threads);
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public Link connect() throws LinkException {
        RedisShards shards = address.kind() == RedisAddress.Kind.CLUSTER ? cluster() : server();
        RedisKeys keys = new RedisKeys(address.database());
        return new RedisLink(shards, keys, new RedisLog(shards, keys, entriesPerRoom), new RedisMembers(shards, keys));
    }

    private RedisShards server() throws LinkException {
        RedisShard shard = shard(host());
        return closingIfInVain(List.of(shard), () -> new RedisShards(List.of(shard), new RedisShard[0]));
    }

    private RedisShards cluster() throws LinkException {
        HostAndPort[] masters = RedisCluster.masters(address.hosts(), config());
        Map<HostAndPort, RedisShard> shards = new LinkedHashMap<>();
        return closingIfInVain(shards.values(), () -> {
            RedisShard[] bySlot = new RedisShard[masters.length];
            for (int slot = 0; slot < masters.length; slot++) {
                RedisShard shard = shards.get(masters[slot]);
                if (shard == null) {
                    shard = shard(masters[slot]);
                    shards.put(masters[slot], shard);
                }
                bySlot[slot] = shard;
            }
            return new RedisShards(List.copyOf(shards.values()), bySlot);
        });
    }

    private static RedisShards closingIfInVain(Collection<RedisShard> opened, Opening opening) throws LinkException {
        try {
            return opening.call();
        } catch (LinkException | RuntimeException e) {
            opened.forEach(RedisShard::close);
            throw e;
        }
    }

    private RedisShard shard(HostAndPort host) throws LinkException {
        RedisConnection connection = connect(host, config());
        try {
            String server = Objects.toString(RedisConnection.text(connection.call(Protocol.Command.INFO, "server")));
            Matcher run = RUN_ID.matcher(server);
            if (!run.find()) {
                throw new BackplaneException("Redis does not tell its run id");
            }
            requireThatItIs(address.kind(), RedisCluster.isCluster(server));
            requireThatNothingIsDropped(connection);
            return new RedisShard(connection, run.group(1));
        } catch (LinkException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** A server of a cluster refuses most rooms, and one that is none knows no masters. */
    private static void requireThatItIs(RedisAddress.Kind kind, boolean isCluster) {
        if (isCluster != (kind == RedisAddress.Kind.CLUSTER)) {
            throw new BackplaneException(
                    isCluster
                            ? "this is a Redis Cluster: its address begins with redis-cluster:// or rediss-cluster://"
                            : "this is no Redis Cluster: its address begins with redis:// or rediss://");
        }
    }

    /** Under any other policy Redis may drop the log of a room, or the number it was at, when memory runs out. */
    private static void requireThatNothingIsDropped(RedisConnection connection) throws LinkException {
        String memory = Objects.toString(RedisConnection.text(connection.call(Protocol.Command.INFO, "memory")));
        Matcher policy = POLICY.matcher(memory);
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

    static RedisConnection connect(HostAndPort host, JedisClientConfig config) throws LinkException {
        try {
            return new RedisConnection(new Connection(host, config));
        } catch (JedisException e) {
            throw RedisConnection.lost(e);
        }
    }

    private HostAndPort host() throws LinkException {
        return switch (address.kind()) {
            case SERVER -> address.hosts().get(0);
            case SENTINELS -> master();
            case CLUSTER -> RedisCluster.member(address.hosts(), config());
        };
    }

    private HostAndPort master() throws LinkException {
        LinkException last = new LinkException("there is no sentinel");
        for (HostAndPort sentinel : address.hosts()) {
            try (RedisConnection connection = connect(
                    sentinel, withTls(DefaultJedisClientConfig.builder()).build())) {
                Object found = connection.call(Protocol.Command.SENTINEL, "get-master-addr-by-name", address.master());
                if (found instanceof List<?> pair && pair.size() == 2) {
                    String host = Objects.requireNonNull(RedisConnection.text(pair.get(0)));
                    return new HostAndPort(host, Integer.parseInt(RedisConnection.text(pair.get(1))));
                }
                last = new LinkException("the sentinels know no such master");
            } catch (LinkException e) {
                last = e;
            }
        }
        throw last;
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

    private interface Opening {
        RedisShards call() throws LinkException;
    }
}
