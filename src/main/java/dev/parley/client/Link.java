package dev.parley.client;

import dev.parley.client.ParleyClient.State;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The one connection of a client: opens it, opens it again after a loss, and matches answers with what was asked. Used in steps only.
 *
 * <p>Connecting, open, waiting for the next attempt, closed for good: {@link State}. Each attempt has a number, and what belongs to an
 * earlier one comes too late and is dropped.
 */
final class Link {
    private static final Set<Integer> FINAL_CODES = Set.of(1000, 1002, 1003, 1007, 1008, 1009);
    private static final int NORMAL = 1000;
    private static final int LOST = 1006;
    private static final int REFUSED = 1008;
    private static final int CREDENTIAL_EXPIRED = 4002;
    private static final int FIRST_FINAL_CODE = 4500;

    private static final Duration WELCOME_WITHIN = Duration.ofSeconds(15);
    private static final double SILENCE_HEARTBEATS = 2.5;
    private static final double FIRST_DELAY_MS = 500;
    private static final double LONGEST_DELAY_MS = 30_000;
    private static final Duration SETTLED_AFTER =
            Duration.ofSeconds(5); // a server that drops all at once needs back-off
    private static final double REFRESH_BEFORE_SECONDS = 30;
    private static final double SOONEST_REFRESH_SECONDS = 5;
    private static final double LONGEST_REFRESH_SECONDS = 1e9;

    static final String DISCONNECTED = "disconnected";

    /** Whom it tells. */
    interface Owner {
        void welcomed(Frame welcome);

        void received(Frame frame);

        /** There is no connection; given is why there will be none. */
        void lost(@Nullable ParleyClientException ended);

        void changed(State state);

        /** Something failed that belongs to no request. */
        void failed(RuntimeException failure);
    }

    private record Asked(Consumer<Frame> take, Consumer<ParleyClientException> fail) {}

    private final URI uri;
    private final Credential credential;
    private final Transport transport;
    private final Clock clock;
    private final Executor steps;
    private final Executor executor;
    private final Owner owner;

    private final Map<Long, Asked> asked = new HashMap<>();
    private final Timers timers = new Timers();
    private Transport.@Nullable Connection socket;
    private @Nullable ParleyClientException ended;
    private @Nullable Frame bye;
    private Duration silence = WELCOME_WITHIN;
    private boolean isOpen;
    private boolean isExpired;
    private int attempt;
    private int failures;
    private long openedAt;
    private long heardAt;
    private long lastId;
    private double messageBytes = Double.NaN;

    Link(URI uri, Credential credential, ParleyClient.Options options, Clock clock, Executor steps, Owner owner) {
        this.uri = uri;
        this.credential = credential;
        this.transport = options.transport();
        this.executor = options.executor();
        this.clock = clock;
        this.steps = steps;
        this.owner = owner;
    }

    boolean isOpen() {
        return isOpen;
    }

    /** Why there will be no connection; null as long as there may be one. */
    @Nullable
    ParleyClientException ended() {
        return ended;
    }

    void open() {
        int mine = ++attempt;
        timers.retry.run();
        ended = null;
        owner.changed(State.of(State.Name.CONNECTING));
        provide(
                "connect",
                isExpired,
                proof -> {
                    if (mine == attempt) {
                        openSocket(proof);
                    }
                },
                failure -> {
                    if (mine == attempt) {
                        lost("no credential: " + failure.getMessage(), LOST);
                    }
                });
    }

    void reconnect() {
        bye = null; // whatever the server said of the end, this is another one
        end("", LOST, Duration.ZERO);
        failures = 0;
        open();
    }

    void close() {
        bye = null;
        end("", NORMAL, Duration.ZERO);
    }

    /** Asks for the proof where it may block, and goes on in a step. */
    private void provide(String type, boolean refresh, Consumer<Frame.Writer> take, Consumer<Throwable> fail) {
        Runnable asking = () -> {
            try {
                Frame.Writer proof = credential.proof(type, refresh);
                steps.execute(() -> take.accept(proof));
            } catch (Throwable failure) { // of somebody else's code
                steps.execute(() -> fail.accept(failure));
            }
        };
        try {
            (credential.isFixed() ? steps : executor).execute(asking);
        } catch (Throwable noThread) { // or no place for it
            fail.accept(noThread);
        }
    }

    private void openSocket(Frame.Writer proof) {
        int mine = attempt;
        listen(WELCOME_WITHIN);
        try {
            socket = transport.open(uri, "parley.v1", listener(mine, proof));
        } catch (RuntimeException failure) { // of somebody else's code
            lost("no transport: " + failure.getMessage(), LOST);
        }
    }

    private Transport.Listener listener(int mine, Frame.Writer proof) {
        return new Transport.Listener() {
            @Override
            public void opened() {
                step(() -> transmit(proof.text()));
            }

            @Override
            public void text(String text) {
                step(() -> {
                    heardAt = clock.nanos();
                    receive(text);
                });
            }

            @Override
            public void closed(int code, String reason) {
                // 1008 without a reason is the server's own: the login's session has ended.
                step(() -> lost(reason, code == REFUSED && reason.isEmpty() ? CREDENTIAL_EXPIRED : code));
            }

            @Override
            public void refused(int status) {
                step(() -> lost("HTTP " + status, isStale() && status < 500 ? CREDENTIAL_EXPIRED : LOST));
            }

            private void step(Runnable step) {
                steps.execute(() -> {
                    if (mine == attempt) {
                        step.run();
                    }
                });
            }
        };
    }

    /** Whether the credential has expired and there is no other: a cookie may have been renewed, so that is tried once. */
    private boolean isStale() {
        return isExpired && credential.isFixed();
    }

    private void listen(Duration forHowLong) {
        silence = forHowLong;
        heardAt = clock.nanos();
        timers.silence.run();
        timers.silence = after(silence, this::checkSilence);
    }

    /** Once in a while, instead of winding up a timer with every frame. */
    private void checkSilence() {
        long left = heardAt + silence.toNanos() - clock.nanos();
        if (left > 0) {
            timers.silence = after(Duration.ofNanos(left), this::checkSilence);
        } else {
            lost("silence", LOST);
        }
    }

    /** Asks, under a number of its own. One of the two is called in a step: a loss of the connection is {@link #DISCONNECTED}. */
    void ask(LongFunction<String> frame, Consumer<Frame> take, Consumer<ParleyClientException> fail) {
        if (!isOpen) {
            fail.accept(disconnected());
            return;
        }
        String text = frame.apply(++lastId);
        ParleyClientException tooBig = tooBig(text);
        if (tooBig == null) {
            asked.put(lastId, new Asked(take, fail));
            transmit(text);
        } else {
            fail.accept(tooBig);
        }
    }

    /** Says something that is not answered. */
    void transmit(String text) {
        Transport.Connection current = socket;
        if (current != null) {
            current.send(text);
        }
    }

    /** What is longer than the server takes would end the connection; null for what is not. */
    @Nullable
    ParleyClientException tooBig(String text) {
        return tooBig(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Nullable
    ParleyClientException tooBig(long bytes) {
        double excess = bytes - messageBytes;
        return excess > 0 ? new ParleyClientException("too-big", "too long by " + (long) excess + " bytes") : null;
    }

    private void receive(String text) {
        try {
            receive(new Frame(text));
        } catch (IllegalArgumentException | DateTimeException misunderstood) {
            lost("not understood: " + misunderstood.getMessage(), LOST);
        }
    }

    private void receive(Frame frame) {
        String type = frame.text("type");
        Asked answer = frame.has("id") ? asked.remove(frame.integer("id")) : null;
        if (type.equals("ping")) {
            transmit(new Frame.Writer("pong").text());
        } else if (type.equals("welcome")) {
            welcomed(frame);
        } else if (type.equals("bye")) {
            bye = frame;
        } else if (type.equals("error")) {
            ParleyClientException error = error(frame);
            if (answer == null) { // such as "connected already", where a cookie in the handshake has said who we are
                owner.failed(error);
            } else {
                answer.fail.accept(error);
            }
        } else if (answer == null) {
            owner.received(frame);
        } else {
            answer.take.accept(frame);
        }
    }

    private static ParleyClientException error(Frame frame) {
        double after = frame.number("after");
        return new ParleyClientException(
                frame.text("code"),
                frame.text("message"),
                frame.flag("retry"),
                after >= 0 ? Duration.ofNanos((long) (after * 1e6)) : null,
                frame.has("reason") ? frame.text("reason") : null);
    }

    private void welcomed(Frame welcome) {
        double heartbeat = welcome.number("heartbeat");
        listen(Duration.ofMillis((long) (heartbeat * SILENCE_HEARTBEATS * 1_000)));
        messageBytes = welcome.object("limits").number("messageBytes");
        isOpen = true;
        isExpired = false;
        openedAt = clock.nanos();
        refreshBefore(welcome);
        owner.welcomed(welcome);
    }

    /** How long it lives is the server's word: the clocks may differ. */
    private void refreshBefore(Frame frame) {
        double life = frame.number("expiresIn");
        timers.refresh.run();
        if (credential.isFixed() || !(life > 0 && life < LONGEST_REFRESH_SECONDS)) {
            return;
        }
        double wait = Math.max(Math.max(life - REFRESH_BEFORE_SECONDS, life / 2), SOONEST_REFRESH_SECONDS);
        // If it fails the server closes with 4002 when it is time, and that is dealt with.
        timers.refresh = after(Duration.ofMillis((long) (wait * 1_000)), this::refresh);
    }

    private void refresh() {
        int mine = attempt;
        provide(
                "refresh",
                true,
                proof -> {
                    if (mine == attempt) {
                        ask(proof::text, this::refreshBefore, owner::failed);
                    }
                },
                failure ->
                        owner.failed(new ParleyClientException("no-credential", String.valueOf(failure.getMessage()))));
    }

    private void lost(String reason, int code) {
        end(reason, code, null);
    }

    private void end(String reason, int code, @Nullable Duration fixedDelay) {
        attempt++;
        timers.cancel();
        Transport.Connection lost = socket;
        socket = null;
        if (lost != null) {
            lost.close();
        }
        Frame goodbye = bye;
        bye = null;
        boolean isFinal = FINAL_CODES.contains(code)
                || code >= FIRST_FINAL_CODE
                || (goodbye != null && goodbye.has("reconnect") && !goodbye.flag("reconnect"))
                || (code == CREDENTIAL_EXPIRED && isStale());
        isExpired |= code == CREDENTIAL_EXPIRED;
        if (isOpen && clock.nanos() - openedAt > SETTLED_AFTER.toNanos()) {
            failures = 0;
        }
        isOpen = false;
        Duration delay = fixedDelay == null ? delay(goodbye) : fixedDelay;
        ended = isFinal ? new ParleyClientException("closed", reason.isEmpty() ? "closed with " + code : reason) : null;
        List<Asked> unanswered = List.copyOf(asked.values());
        asked.clear();
        owner.changed(
                new State( // before anything fails of it: who learns of a failure looks at the state
                        isFinal ? State.Name.CLOSED : State.Name.WAITING,
                        code,
                        reason,
                        isFinal ? Duration.ZERO : delay));
        owner.lost(ended);
        unanswered.forEach(one -> one.fail.accept(disconnected()));
        if (!isFinal) {
            timers.retry = after(delay, this::open);
        }
    }

    private Duration delay(@Nullable Frame goodbye) {
        double least = 0;
        double most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * Math.pow(2, failures));
        List<Double> range = goodbye == null ? List.of() : goodbye.numbers("after");
        if (range.size() == 2) {
            least = range.get(0);
            most = range.get(1);
        } else {
            failures++;
        }
        return Duration.ofMillis((long) (least + clock.random() * (most - least)));
    }

    private Runnable after(Duration delay, Runnable step) {
        int mine = attempt;
        return clock.after(
                delay,
                () -> steps.execute(() -> {
                    if (mine == attempt) {
                        step.run();
                    }
                }));
    }

    private static ParleyClientException disconnected() {
        return new ParleyClientException(DISCONNECTED, DISCONNECTED, true, Duration.ZERO, null);
    }

    /** Each ends the timer that runs. */
    private static final class Timers {
        private Runnable retry = () -> {};
        private Runnable silence = () -> {};
        private Runnable refresh = () -> {};

        void cancel() {
            retry.run();
            silence.run();
            refresh.run();
        }
    }
}
