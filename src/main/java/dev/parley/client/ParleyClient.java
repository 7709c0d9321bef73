package dev.parley.client;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;

/**
 * A client of Parley's rooms. It connects, and stays connected: until {@link #close()}, or until a close code says that trying again is
 * no use. Thread-safe; no method blocks.
 *
 * <pre>{@code
 * ParleyClient client = ParleyClient.connect(URI.create("wss://example.org/rooms"), Credential.token(token));
 * Room orders = client.join("orders").onMessage(message -> System.out.println(message.data().raw()));
 * orders.send(Map.of("status", "shipped")).thenAccept(ack -> System.out.println("stored at " + ack.position().seq()));
 * }</pre>
 *
 * <p>What is asked of a room waits for a connection and outlives its losses; it fails with a {@link ParleyClientException} where that
 * cannot help.
 */
public final class ParleyClient implements AutoCloseable {
    /**
     * Where the connection stands.
     *
     * @param code the close code of the last one, 0 where there was none; 1006 for an end without a close frame
     * @param reason why it ended
     * @param delay how long until the next attempt
     */
    public record State(Name name, int code, String reason, Duration delay) {
        /** What can be. */
        public enum Name {
            CONNECTING,
            OPEN,
            /** The connection was lost or refused, and there will be another attempt. */
            WAITING,
            /** It ended for good. */
            CLOSED
        }

        static State of(Name name) {
            return new State(name, 0, "", Duration.ZERO);
        }
    }

    /**
     * What a client works with.
     *
     * @param json how objects become JSON and back
     * @param transport how WebSockets are opened
     * @param executor calls listeners and credentials; in an application server one of the server's own
     */
    public record Options(JsonBinding json, Transport transport, Executor executor) {
        /** The plain binding, one {@code HttpClient} for all clients that have none of their own, the JDK's common pool. */
        public static Options defaults() {
            return new Options(JsonBinding.plain(), JdkTransport.shared(), ForkJoinPool.commonPool());
        }

        public Options json(JsonBinding binding) {
            return new Options(binding, transport, executor);
        }

        public Options transport(Transport other) {
            return new Options(json, other, executor);
        }

        public Options executor(Executor other) {
            return new Options(json, transport, other);
        }
    }

    final Protocol protocol;

    /**
     * Connects, with the default options.
     *
     * @param uri of the rooms: {@code wss:} or {@code ws:}, or {@code https:} or {@code http:}, which stand for them
     * @throws IllegalArgumentException if it is none of these
     */
    public static ParleyClient connect(URI uri, Credential credential) {
        return connect(uri, credential, Options.defaults());
    }

    /** Connects, see {@link #connect(URI, Credential)}. */
    public static ParleyClient connect(URI uri, Credential credential, Options options) {
        return connect(uri, credential, options, Clock.system());
    }

    static ParleyClient connect(URI uri, Credential credential, Options options, Clock clock) {
        String address = uri.toString().replaceFirst("^http", "ws");
        if (!address.matches("wss?://[^/#][^#]*")) {
            throw new IllegalArgumentException("the address of rooms begins with wss:// or ws://, and has no fragment");
        }
        return new ParleyClient(new Protocol(URI.create(address), credential, options, clock));
    }

    private ParleyClient(Protocol protocol) {
        this.protocol = protocol;
        protocol.step(protocol.link::open);
    }

    /** Joins a room from now on, see {@link #join(String, JoinOptions)}. */
    public Room join(String room) {
        return join(room, JoinOptions.none());
    }

    /**
     * Joins a room, or returns the one that was joined under this name. It is joined again over every new connection. Whether the server lets
     * us in is told by {@link Room#onState}.
     *
     * @param room {@code [a-z0-9][a-z0-9._:-]{0,99}}
     */
    public Room join(String room, JoinOptions options) {
        return protocol.join(room, options);
    }

    /**
     * What the server's application tells this user: on every connection, without joining anything, and again after a loss what was missed.
     * A room in which one only listens. It stays {@code JOINING} where there is none: for whom neither a login nor a token vouches.
     */
    public Room inbox() {
        return protocol.inbox;
    }

    public State state() {
        return protocol.state();
    }

    /** Our own name, as the server told it last; empty before the first connection. */
    public String user() {
        return protocol.user();
    }

    public ParleyClient onState(Consumer<State> listener) {
        protocol.states.add(listener);
        return this;
    }

    /** Is told what went wrong and belongs to no request: nothing has to be done about it. */
    public ParleyClient onError(Consumer<RuntimeException> listener) {
        protocol.errors.add(listener);
        return this;
    }

    /** Connects now instead of later, or again after the end. */
    public void reconnect() {
        protocol.step(protocol.link::reconnect);
    }

    /** Ends the connection. Whatever has not been answered fails with {@code closed}, at once. Idempotent. */
    @Override
    public void close() {
        protocol.step(protocol.link::close);
    }
}
