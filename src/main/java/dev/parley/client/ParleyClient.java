package dev.parley.client;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    private static final String INBOX =
            ""; // its name is the server's to say, and may be another one on the next connection
    private static final int JOINS_PER_SECOND = 10; // the server's, for joins and leaves together
    private static final int SIGNALS_PER_SECOND = 40; // the server's
    private static final Duration WITHOUT_THREAD = Duration.ofMillis(250);
    private static final int CONNECTIONS_REMEMBERED = 100;
    private static final double LONGEST_PAUSE_MS = 2_000;

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

    private final Options options;
    private final Clock clock;
    private final Link link;
    private final Steps steps = new Steps();
    private final Serial callbacks;
    private final Map<String, Room> rooms = new ConcurrentHashMap<>();
    private final Room inbox;
    private final Listeners<State> states;
    private final Listeners<RuntimeException> errors;
    private final Map<String, Boolean> connections = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > CONNECTIONS_REMEMBERED;
        }
    };

    private volatile State state = State.of(State.Name.CONNECTING);
    private volatile String user = "";
    private Set<String> features = Set.of(); // this and the rest: of the steps
    private Pace joins;
    private Pace messages;
    private Pace signals;

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
        ParleyClient client = new ParleyClient(URI.create(address), credential, options, clock);
        client.step(client.link::open);
        return client;
    }

    private ParleyClient(URI uri, Credential credential, Options options, Clock clock) {
        this.options = options;
        this.clock = clock;
        callbacks = new Serial(this::handOver);
        states = new Listeners<>(callbacks, true);
        errors = new Listeners<>(callbacks, true);
        joins = new Pace(clock, steps, JOINS_PER_SECOND, 1);
        messages = new Pace(clock, steps, 1, 1);
        signals = new Pace(clock, steps, 1, 1);
        link = new Link(uri, credential, options, clock, steps, new Linked());
        inbox = new Room("", JoinOptions.none(), true, this, callbacks);
        rooms.put(INBOX, inbox);
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
        Room created = new Room(room, options, false, this, callbacks);
        Room known = rooms.putIfAbsent(room, created);
        if (known != null) {
            return known;
        }
        step(() -> {
            if (!link.isOpen()) {
                created.exit(link.ended());
            } else if (created.state().name() == Room.State.Name.WAITING) { // or the connection has just brought it in
                created.enter();
            }
        });
        return created;
    }

    /**
     * What the server's application tells this user: on every connection, without joining anything, and again after a loss what was missed.
     * A room in which one only listens. It stays {@code JOINING} where there is none: for whom neither a login nor a token vouches.
     */
    public Room inbox() {
        return inbox;
    }

    public State state() {
        return state;
    }

    /** Our own name, as the server told it last; empty before the first connection. */
    public String user() {
        return user;
    }

    public ParleyClient onState(Consumer<State> listener) {
        states.add(listener);
        return this;
    }

    /** Is told what went wrong and belongs to no request: nothing has to be done about it. */
    public ParleyClient onError(Consumer<RuntimeException> listener) {
        errors.add(listener);
        return this;
    }

    /** Connects now instead of later, or again after the end. */
    public void reconnect() {
        step(link::reconnect);
    }

    /** Ends the connection. Whatever has not been answered fails with {@code closed}, at once. Idempotent. */
    @Override
    public void close() {
        step(link::close);
    }

    // From here on for the other classes of the client.

    void step(Runnable step) {
        steps.execute(step);
    }

    /** A step later, whatever becomes of the connection. */
    void after(Duration delay, Runnable step) {
        Runnable unused = clock.after(delay, () -> step(step));
    }

    Clock clock() {
        return clock;
    }

    Link link() {
        return link;
    }

    Pace joins() {
        return joins;
    }

    Pace messages() {
        return messages;
    }

    Pace signals() {
        return signals;
    }

    boolean has(String feature) {
        return features.contains(feature);
    }

    boolean isOwn(String connection) {
        return connections.containsKey(connection);
    }

    JsonBinding json() {
        return options.json();
    }

    String json(@Nullable Object data) {
        return data instanceof Json json ? json.raw() : options.json().write(data);
    }

    Json json(Frame frame, String member) {
        String raw = frame.raw(member);
        return new Json(raw == null ? "null" : raw, options.json());
    }

    /** How many calls of listeners are to come. */
    int queued() {
        return callbacks.size();
    }

    /** A step, once the listeners have had what is before them now. */
    void whenHeard(Runnable step) {
        callbacks.execute(() -> step(step));
    }

    <T> void complete(CompletableFuture<T> future, T value) {
        settle(() -> future.complete(value));
    }

    void fail(CompletableFuture<?> future, ParleyClientException error) {
        settle(() -> future.completeExceptionally(error));
    }

    /** Not in the step: what hangs on a future is somebody else's code. Nor behind the listeners: one may be waiting for it. */
    private void settle(Runnable settling) {
        handOver(settling);
    }

    /** To the application's executor; again after a moment where that has no place or no thread just now. */
    private void handOver(Runnable task) {
        try {
            options.executor().execute(task);
        } catch (Throwable full) { // an Error says that there is no thread
            if (state.name() == State.Name.CLOSED
                    || (options.executor() instanceof ExecutorService service && service.isShutdown())) {
                task.run(); // there will be none, and nothing more for it to hold up
            } else {
                Runnable unused = clock.after(WITHOUT_THREAD, () -> handOver(task));
            }
        }
    }

    /** Tries again after what the server has asked for, or after a moment. */
    void retry(Pace pace, ParleyClientException error, Runnable step) {
        if (error.after().isPresent()) {
            pace.refused(error.after().get());
            step.run();
        } else {
            after(Duration.ofMillis((long) (LONGEST_PAUSE_MS * clock.random())), step);
        }
    }

    void forget(Room room) {
        rooms.values().remove(room);
    }

    /** Leaves the room where this connection may be, unless it is entered again first. */
    void depart(String name, boolean mayBeIn) {
        if (!mayBeIn || rooms.containsKey(name)) {
            return;
        }
        Pace pace = joins;
        pace.inTurn(() -> {
            if (rooms.containsKey(name)) {
                return false;
            }
            link.ask(new Frame.Writer("leave").with("room", name)::text, left -> {}, error -> {
                if (error.mayRetry() && !error.code().equals(Link.DISCONNECTED)) {
                    retry(pace, error, () -> depart(name, pace == joins));
                }
            });
            return true;
        });
    }

    private final class Linked implements Link.Owner {
        @Override
        public void welcomed(Frame welcome) {
            Frame limits = welcome.object("limits");
            user = welcome.text("user");
            connections.put(welcome.text("connection"), true);
            inbox.name(welcome.text("inbox"));
            features = welcome.features();
            joins = new Pace(clock, steps, JOINS_PER_SECOND, limits.number("rooms"));
            double perSecond = limits.number("messagesPerSecond");
            messages = new Pace(clock, steps, perSecond, perSecond);
            signals = new Pace(clock, steps, SIGNALS_PER_SECOND, SIGNALS_PER_SECOND);
            changed(State.of(State.Name.OPEN));
            rooms.values().forEach(Room::enter);
        }

        @Override
        public void received(Frame frame) {
            String name = frame.text("room");
            Room room = rooms.get(name.equals(inbox.name()) ? INBOX : name);
            if (room != null && !name.isEmpty()) {
                room.receive(frame);
            }
        }

        @Override
        public void lost(@Nullable ParleyClientException ended) {
            joins.stop();
            messages.stop();
            rooms.values().forEach(room -> room.exit(ended));
        }

        @Override
        public void changed(State next) {
            state = next;
            states.tell(next);
        }

        @Override
        public void failed(RuntimeException failure) {
            errors.tell(failure);
        }
    }
}
