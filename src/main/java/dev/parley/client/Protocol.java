package dev.parley.client;

import dev.parley.client.ParleyClient.State;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** What the rooms of one client share: its connection, its steps and its paces, and how it hands over to the application. */
final class Protocol implements Link.Owner {
    private static final String INBOX =
            ""; // its name is the server's to say, and may be another one on the next connection
    private static final int JOINS_PER_SECOND = 10; // the server's, for joins and leaves together
    private static final int SIGNALS_PER_SECOND = 40; // the server's
    private static final Duration WITHOUT_THREAD = Duration.ofMillis(250);
    private static final int CONNECTIONS_REMEMBERED = 100;
    private static final double LONGEST_PAUSE_MS = 2_000;

    private final ParleyClient.Options options;
    final Clock clock;
    final Link link;
    private final Steps steps = new Steps();
    final Serial callbacks;
    private final Map<String, Room> rooms = new ConcurrentHashMap<>();
    final Room inbox;
    final Listeners<State> states;
    final Listeners<RuntimeException> errors;
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

    Protocol(URI uri, Credential credential, ParleyClient.Options options, Clock clock) {
        this.options = options;
        this.clock = clock;
        callbacks = new Serial(this::handOver);
        states = new Listeners<>(callbacks, true);
        errors = new Listeners<>(callbacks, true);
        joins = new Pace(clock, steps, JOINS_PER_SECOND, 1);
        messages = new Pace(clock, steps, 1, 1);
        signals = new Pace(clock, steps, 1, 1);
        link = new Link(uri, credential, options, clock, steps, this);
        inbox = new Room("", JoinOptions.none(), true, this);
        rooms.put(INBOX, inbox);
    }

    /** See {@link ParleyClient#join(String, JoinOptions)}. */
    Room join(String room, JoinOptions with) {
        Room created = new Room(room, with, false, this);
        Room known = rooms.putIfAbsent(room, created);
        if (known != null) {
            return known;
        }
        step(() -> {
            if (!link.questions.isOpen()) {
                created.membership.exit(link.ended());
            } else if (created.state().name() == Room.State.Name.WAITING) { // or the connection has just brought it in
                created.membership.enter();
            }
        });
        return created;
    }

    State state() {
        return state;
    }

    String user() {
        return user;
    }

    void step(Runnable step) {
        steps.execute(step);
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

    /** Not in the step: what hangs on a future is somebody else's code. Nor behind the listeners: one may be waiting for it. */
    <T> void complete(CompletableFuture<T> future, T value) {
        handOver(() -> future.complete(value));
    }

    void fail(CompletableFuture<?> future, ParleyClientException error) {
        handOver(() -> future.completeExceptionally(error));
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
            Duration pause = Duration.ofMillis((long) (LONGEST_PAUSE_MS * clock.random()));
            Runnable unused = clock.after(pause, () -> step(step));
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
            link.questions.ask(new Frame.Writer("leave").with("room", name)::text, left -> {}, error -> {
                if (error.mayRetry() && !error.code().equals(Questions.DISCONNECTED)) {
                    retry(pace, error, () -> depart(name, pace == joins));
                }
            });
            return true;
        });
    }

    @Override
    public void welcomed(Frame welcome) {
        Frame limits = welcome.object("limits");
        user = welcome.text("user");
        connections.put(welcome.text("connection"), true);
        inbox.membership.name(welcome.text("inbox"));
        features = welcome.features();
        joins = new Pace(clock, steps, JOINS_PER_SECOND, limits.number("rooms"));
        double perSecond = limits.number("messagesPerSecond");
        messages = new Pace(clock, steps, perSecond, perSecond);
        signals = new Pace(clock, steps, SIGNALS_PER_SECOND, SIGNALS_PER_SECOND);
        changed(State.of(State.Name.OPEN));
        rooms.values().forEach(room -> room.membership.enter());
    }

    @Override
    public void received(Frame frame) {
        String name = frame.text("room");
        Room room = rooms.get(name.equals(inbox.name()) ? INBOX : name);
        if (room != null && !name.isEmpty()) {
            room.membership.receive(frame);
        }
    }

    @Override
    public void lost(@Nullable ParleyClientException ended) {
        joins.stop();
        messages.stop();
        rooms.values().forEach(room -> room.membership.exit(ended));
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
