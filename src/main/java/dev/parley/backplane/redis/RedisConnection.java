package dev.parley.backplane.redis;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.engine.LinkException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One connection to a Redis, spoken in bytes; the one place that tells an answer from an absence. One thread.
 *
 * <p>What the server says of a question is a refusal, a {@link BackplaneException}. What it says of itself (that it loads, that
 * it is a replica, that slots have moved), like every failure of the connection, is a {@link LinkException}.
 */
final class RedisConnection implements AutoCloseable {
    private final Connection connection;
    private int sent; // without their answers

    RedisConnection(HostAndPort host, JedisClientConfig config) throws LinkException {
        try {
            this.connection = new Connection(host, config);
        } catch (JedisException e) {
            throw lost(e);
        }
    }

    /** Asks the first of these hosts that has an answer. */
    static <T> T askAnyOf(List<HostAndPort> hosts, JedisClientConfig config, Question<T> question)
            throws LinkException {
        LinkException last = new LinkException("there is no server");
        for (HostAndPort host : hosts) {
            try (RedisConnection connection = new RedisConnection(host, config)) {
                return question.to(connection, host);
            } catch (LinkException e) {
                last = e;
            }
        }
        throw last;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(long number) {
        return bytes(Long.toString(number));
    }

    static @Nullable String text(@Nullable Object bytes) {
        return bytes == null ? null : new String((byte[]) bytes, StandardCharsets.UTF_8);
    }

    /** Sends without waiting. */
    void send(Protocol.Command command, byte[]... arguments) throws LinkException {
        try {
            connection.sendCommand(command, arguments);
            sent++;
        } catch (JedisException e) {
            throw lost(e);
        }
    }

    /** The answers to all that was sent, in order. A refusal is a {@link JedisDataException} among them. */
    List<Object> answers() throws LinkException {
        int count = sent;
        sent = 0;
        try {
            List<Object> answers = count == 0 ? List.of() : new ArrayList<>(connection.getMany(count));
            for (Object answer : answers) {
                if (answer instanceof JedisDataException refusal && isOfTheServer(refusal)) {
                    throw lost(refusal);
                }
            }
            return answers;
        } catch (JedisException e) {
            throw lost(e);
        }
    }

    /** The answers to all that was sent, none of them a refusal. */
    List<Object> requireAnswers() throws LinkException {
        List<Object> answers = answers();
        requireNoRefusal(answers);
        return answers;
    }

    static void requireNoRefusal(List<Object> answers) {
        for (Object answer : answers) {
            if (answer instanceof JedisDataException refusal) {
                throw new BackplaneException(refused(refusal));
            }
        }
    }

    /** Only the first word of what Redis says: the rest may repeat what was sent. */
    static String refused(JedisDataException refusal) {
        return "Redis answers " + firstWord(refusal);
    }

    private static String firstWord(JedisException e) {
        return String.valueOf(e.getMessage()).split("\\s", 2)[0];
    }

    Object call(Protocol.Command command, String... arguments) throws LinkException {
        send(command, Arrays.stream(arguments).map(RedisConnection::bytes).toArray(byte[][]::new));
        return requireAnswers().get(0);
    }

    /** What it says of itself. */
    String info(String section) throws LinkException {
        return Objects.toString(text(call(Protocol.Command.INFO, section)));
    }

    /** Whether it says that this server is not, or not yet, the one to ask. */
    private static boolean isOfTheServer(JedisDataException refusal) {
        String message = String.valueOf(refusal.getMessage());
        return message.matches(
                "(?s)(NOSCRIPT|LOADING|READONLY|MASTERDOWN|NOAUTH|WRONGPASS|BUSY|UNKILLABLE|MOVED|ASK|TRYAGAIN|CLUSTERDOWN).*");
    }

    static LinkException lost(JedisException e) {
        return new LinkException(e instanceof JedisDataException answer ? refused(answer) : "Redis does not answer", e);
    }

    /** Ends it, although another thread may just be writing or reading. */
    void cut() {
        try {
            connection.forceDisconnect();
        } catch (IOException | JedisException gone) {
            // that is what was wanted
        }
    }

    @Override
    public void close() {
        try {
            connection.disconnect();
        } catch (JedisException gone) {
            // that is what was wanted
        }
    }

    /** What is asked of one of several hosts. */
    interface Question<T> {
        T to(RedisConnection connection, HostAndPort host) throws LinkException;
    }
}
