package dev.parley.client;

import dev.parley.client.ParleyClient.State;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
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

    private final URI uri;
    private final Transport transport;
    private final Clock clock;
    private final Executor steps;
    private final Owner owner;
    private final Login login;
    private final Backoff backoff;

    final Questions questions = new Questions(this::transmit);
    private final Timers timers = new Timers();
    private Transport.@Nullable Connection socket;
    private @Nullable ParleyClientException ended;
    private @Nullable Frame bye;
    private Duration silence = WELCOME_WITHIN;
    private int attempt;
    private long heardAt;

    Link(URI uri, Credential credential, ParleyClient.Options options, Clock clock, Executor steps, Owner owner) {
        this.uri = uri;
        this.transport = options.transport();
        this.clock = clock;
        this.steps = steps;
        this.owner = owner;
        this.login = new Login(credential, steps, options.executor());
        this.backoff = new Backoff(clock);
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
        login.connect(
                proof -> during(mine, () -> openSocket(proof)),
                failure -> during(mine, () -> lost("no credential: " + failure.getMessage(), LOST)));
    }

    void reconnect() {
        bye = null; // whatever the server said of the end, this is another one
        end("", LOST, Duration.ZERO);
        backoff.forget();
        open();
    }

    void close() {
        bye = null;
        end("", NORMAL, Duration.ZERO);
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
                step(() -> lost("HTTP " + status, login.isStale() && status < 500 ? CREDENTIAL_EXPIRED : LOST));
            }

            private void step(Runnable step) {
                steps.execute(() -> during(mine, step));
            }
        };
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

    /** Says something that is not answered. */
    void transmit(String text) {
        Transport.Connection current = socket;
        if (current != null) {
            current.send(text);
        }
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
        Questions.Asked answer = questions.answered(frame);
        if (type.equals("ping")) {
            transmit(new Frame.Writer("pong").text());
        } else if (type.equals("welcome")) {
            welcomed(frame);
        } else if (type.equals("bye")) {
            bye = frame;
        } else if (type.equals("error")) {
            ParleyClientException error = Questions.error(frame);
            if (answer == null) { // such as "connected already", where a cookie in the handshake has said who we are
                owner.failed(error);
            } else {
                answer.fail().accept(error);
            }
        } else if (answer == null) {
            owner.received(frame);
        } else {
            answer.take().accept(frame);
        }
    }

    private void welcomed(Frame welcome) {
        double heartbeat = welcome.number("heartbeat");
        listen(Duration.ofMillis((long) (heartbeat * SILENCE_HEARTBEATS * 1_000)));
        questions.open(welcome.object("limits").number("messageBytes"));
        login.expired(false);
        backoff.opened();
        refreshBefore(welcome);
        owner.welcomed(welcome);
    }

    private void refreshBefore(Frame frame) {
        timers.refresh.run();
        Duration wait = login.refreshAfter(frame.number("expiresIn"));
        if (wait != null) {
            // If it fails the server closes with 4002 when it is time, and that is dealt with.
            timers.refresh = after(wait, this::refresh);
        }
    }

    private void refresh() {
        int mine = attempt;
        login.refresh(
                proof -> during(mine, () -> questions.ask(proof::text, this::refreshBefore, owner::failed)),
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
                || (code == CREDENTIAL_EXPIRED && login.isStale());
        if (code == CREDENTIAL_EXPIRED) {
            login.expired(true);
        }
        if (questions.isOpen()) {
            backoff.lost();
        }
        questions.close();
        Duration delay = fixedDelay == null ? backoff.next(goodbye) : fixedDelay;
        ended = isFinal ? new ParleyClientException("closed", reason.isEmpty() ? "closed with " + code : reason) : null;
        owner.changed(
                new State( // before anything fails of it: who learns of a failure looks at the state
                        isFinal ? State.Name.CLOSED : State.Name.WAITING,
                        code,
                        reason,
                        isFinal ? Duration.ZERO : delay));
        owner.lost(ended);
        questions.failAll();
        if (!isFinal) {
            timers.retry = after(delay, this::open);
        }
    }

    private Runnable after(Duration delay, Runnable step) {
        int mine = attempt;
        return clock.after(delay, () -> steps.execute(() -> during(mine, step)));
    }

    private void during(int mine, Runnable step) {
        if (mine == attempt) {
            step.run();
        }
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
