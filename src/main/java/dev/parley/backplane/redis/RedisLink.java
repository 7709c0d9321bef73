package dev.parley.backplane.redis;

import static dev.parley.backplane.redis.RedisConnection.bytes;
import static dev.parley.backplane.redis.RedisConnection.text;

import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/** A connection to Redis, or one to each master of a cluster. */
record RedisLink(RedisShards redis, RedisKeys keys, Link.Log log, Link.Members members) implements Link, Link.Shelf {
    @Override
    public Link.Shelf shelf() {
        return this;
    }

    @Override
    public void keep(String key, String value, Duration life) throws LinkException {
        redis.send(Command.SET, keys.kept(key), bytes(value), bytes("PX"), bytes(life.toMillis()));
        List<Object> unused = redis.requireAnswers();
    }

    @Override
    public Optional<String> take(String key) throws LinkException {
        redis.send(Command.GETDEL, keys.kept(key));
        return Optional.ofNullable(text(redis.requireAnswers().get(0)));
    }

    @Override
    public void say(String word) throws LinkException {
        redis.send(Command.PUBLISH, keys.words(), bytes(word));
        List<Object> unused = redis.requireAnswers();
    }

    @Override
    public void signal(List<Map.Entry<RoomId, Signal>> signals) throws LinkException {
        for (Map.Entry<RoomId, Signal> each : signals) {
            redis.send(
                    Command.PUBLISH,
                    keys.channel(each.getKey()),
                    bytes('S' + each.getValue().encoded()));
        }
        List<Object> unused = redis.requireAnswers();
    }

    @Override
    public void ping() throws LinkException {
        redis.ping();
    }

    @Override
    public void cut() {
        redis.cut();
    }

    @Override
    public void close() {
        redis.close();
    }
}
