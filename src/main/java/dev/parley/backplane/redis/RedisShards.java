package dev.parley.backplane.redis;

import static dev.parley.backplane.redis.RedisConnection.bytes;

import dev.parley.backplane.engine.LinkException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The servers that a link speaks to: the only one, or the masters of a cluster, of which a key says which. One thread.
 *
 * <p>When slots move, the server that had them says so, which is a lost connection: the next one asks anew who has what.
 */
final class RedisShards implements AutoCloseable {
    static final int SLOTS = 16_384;

    private final List<RedisShard> all;
    private final RedisShard[] bySlot; // of each slot, or of all
    private final List<RedisShard> asked = new ArrayList<>(); // in order, without their answers
    private final Map<String, byte[]> scripts = new HashMap<>(); // their SHA-1

    /** Speaks to the host of each of the {@link #SLOTS}, or to the only one. */
    RedisShards(HostAndPort[] hosts, Opening opening) throws LinkException {
        this.bySlot = new RedisShard[hosts.length];
        Map<HostAndPort, RedisShard> opened = new LinkedHashMap<>();
        try {
            for (int slot = 0; slot < hosts.length; slot++) {
                RedisShard shard = opened.get(hosts[slot]);
                if (shard == null) {
                    shard = opening.open(hosts[slot]);
                    opened.put(hosts[slot], shard);
                    for (String script : Scripts.ALL) {
                        scripts.put(script, (byte[]) shard.connection().call(Command.SCRIPT, "LOAD", script));
                    }
                }
                bySlot[slot] = shard;
            }
        } catch (LinkException | RuntimeException e) {
            opened.values().forEach(RedisShard::close);
            throw e;
        }
        this.all = List.copyOf(opened.values());
    }

    /** Connects to a host. */
    interface Opening {
        RedisShard open(HostAndPort host) throws LinkException;
    }

    private RedisShard of(byte[] key) {
        return bySlot[bySlot.length == 1 ? 0 : JedisClusterCRC16.getSlot(key)];
    }

    /** Whether there is one server alone. */
    boolean isOne() {
        return bySlot.length == 1;
    }

    /** By what the server of a key is told from what it was before a restart or failover. */
    String run(byte[] key) {
        return of(key).run();
    }

    /** Sends to the server of the key, or channel, that is the first argument; without waiting. */
    void send(Command command, byte[] key, byte[]... rest) throws LinkException {
        byte[][] arguments = new byte[rest.length + 1][];
        arguments[0] = key;
        System.arraycopy(rest, 0, arguments, 1, rest.length);
        send(of(key), command, arguments);
    }

    /** Runs a script on the server of its first key: keys and arguments in order. */
    void sendScript(String script, int keys, byte[]... keysAndArguments) throws LinkException {
        byte[][] arguments = new byte[keysAndArguments.length + 2][];
        arguments[0] = Objects.requireNonNull(scripts.get(script));
        arguments[1] = bytes(keys);
        System.arraycopy(keysAndArguments, 0, arguments, 2, keysAndArguments.length);
        send(of(keysAndArguments[0]), Command.EVALSHA, arguments);
    }

    private void send(RedisShard shard, Command command, byte[]... arguments) throws LinkException {
        shard.connection().send(command, arguments);
        asked.add(shard);
    }

    /** The answers to all that was sent, in order. A refusal is a {@link JedisDataException} among them. */
    List<Object> answers() throws LinkException {
        Map<RedisShard, Iterator<Object>> found = new HashMap<>();
        for (RedisShard shard : all) {
            found.put(shard, shard.connection().answers().iterator());
        }
        List<Object> answers = new ArrayList<>();
        for (RedisShard shard : asked) {
            answers.add(Objects.requireNonNull(found.get(shard)).next());
        }
        asked.clear();
        return answers;
    }

    /** The answers to all that was sent, none of them a refusal. */
    List<Object> requireAnswers() throws LinkException {
        List<Object> answers = answers();
        RedisConnection.requireNoRefusal(answers);
        return answers;
    }

    /** All of them answer. */
    void ping() throws LinkException {
        for (RedisShard shard : all) {
            send(shard, Command.PING);
        }
        List<Object> unused = requireAnswers();
    }

    /** May be called by any thread. */
    void cut() {
        all.forEach(shard -> shard.connection().cut());
    }

    @Override
    public void close() {
        all.forEach(RedisShard::close);
    }
}
