package dev.parley.backplane.redis;

import static dev.parley.backplane.redis.RedisConnection.text;

import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.engine.DraftBytes;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.LinkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection that is subscribed to the channels of rooms and of words. A room's channel carries {@code E} and an entry, {@code G}
 * when the entry is long and has to be read, {@code P} and a {@link Membership} when a member has moved, {@code P} alone when members
 * have, or {@code S} and a signal. A node of a version that knows no signals takes them for {@code P}, and one that knows no memberships
 * takes {@code P} alone from them.
 *
 * <p>One thread reads, another one writes. A read that takes longer than the connection's timeout fails; a probe's answer keeps
 * it from that on a healthy, silent connection.
 */
final class RedisListener implements Engine.Listener {
    private final Line line;
    private final RedisKeys keys;

    RedisListener(HostAndPort host, JedisClientConfig config, RedisKeys keys, Set<RoomId> rooms) throws LinkException {
        this.keys = keys;
        try {
            this.line = new Line(host, config);
        } catch (JedisException e) {
            throw RedisConnection.lost(e);
        }
        byte[][] channels = Stream.concat(
                        Stream.of(keys.words()), rooms.stream().map(keys::channel))
                .toArray(byte[][]::new);
        tell(Command.SUBSCRIBE, channels);
    }

    @Override
    public void listen(Engine.Events events, Runnable alive) throws LinkException {
        while (true) {
            List<?> push = next();
            alive.run();
            byte[] channel = push.size() < 3 ? new byte[0] : (byte[]) push.get(1);
            switch (Objects.toString(text(push.get(0)))) {
                case "message" -> hear(channel, (byte[]) push.get(2), events);
                case "subscribe" -> {
                    if (!keys.isWords(channel)) {
                        events.listening(keys.room(channel));
                    }
                }
                default -> {} // the answer to a probe, or the end of a subscription
            }
        }
    }

    private List<?> next() throws LinkException {
        try {
            if (line.getUnflushedObject() instanceof List<?> push && !push.isEmpty()) {
                return push;
            }
            throw new LinkException("Redis says something else than what happens");
        } catch (JedisException e) {
            throw RedisConnection.lost(e);
        }
    }

    private void hear(byte[] channel, byte[] message, Engine.Events events) {
        if (keys.isWords(channel)) {
            events.said(new String(message, StandardCharsets.UTF_8));
        } else if (message.length > 0 && message[0] == 'E') {
            events.appended(keys.room(channel), entry(message));
        } else if (message.length > 0 && message[0] == 'G') {
            events.grown(keys.room(channel));
        } else if (message.length > 0 && message[0] == 'S') {
            Signal signal = Signal.decoded(new String(message, 1, message.length - 1, StandardCharsets.UTF_8));
            events.signalled(keys.room(channel), signal);
        } else {
            String member = new String(message, StandardCharsets.UTF_8);
            events.moved(keys.room(channel), member.startsWith("P") ? member.substring(1) : "");
        }
    }

    private static Entry entry(byte[] message) {
        ByteBuffer bytes = ByteBuffer.wrap(message, 1, message.length - 1);
        String epoch = word(bytes);
        long seq = Long.parseLong(word(bytes));
        Position position = new Position(epoch, seq, word(bytes));
        Instant at = Instant.ofEpochMilli(Long.parseLong(word(bytes)));
        return new Entry(position, DraftBytes.decode(bytes), at);
    }

    private static String word(ByteBuffer bytes) {
        StringBuilder word = new StringBuilder();
        for (byte letter = bytes.get(); letter != ' '; letter = bytes.get()) {
            word.append((char) letter);
        }
        return word.toString();
    }

    @Override
    public void attend(RoomId room, boolean isWanted) throws LinkException {
        tell(isWanted ? Command.SUBSCRIBE : Command.UNSUBSCRIBE, keys.channel(room));
    }

    @Override
    public void probe() throws LinkException {
        tell(Command.PING);
    }

    private void tell(Command command, byte[]... arguments) throws LinkException {
        try {
            line.tell(command, arguments);
        } catch (JedisException e) {
            throw RedisConnection.lost(e);
        }
    }

    @Override
    public void close() {
        cut();
    }

    @Override
    public void cut() {
        try {
            line.forceDisconnect(); // a read is under way
        } catch (IOException | JedisException gone) {
            // that is what was wanted
        }
    }

    /** Writing and reading are apart. */
    private static final class Line extends Connection {
        Line(HostAndPort host, JedisClientConfig config) {
            super(host, config);
        }

        synchronized void tell(Command command, byte[]... arguments) {
            sendCommand(command, arguments);
            flush();
        }
    }
}
