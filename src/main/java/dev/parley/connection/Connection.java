package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.node.Tracing;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.CloseStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One peer: what it is sent goes through its outbox, and it ends once, whoever notices first.
 *
 * <pre>
 *   live ──close──▶ ended, what waits is still sent ──▶ closed
 *     │                          │ send timeout
 *     └──abort, gone, giveWay────┴──────────────────▶ closed
 * </pre>
 *
 * <p>Thread-safe; nothing here blocks the caller. Listeners given to {@link #onEnd} run on the thread that ended it.
 */
public final class Connection implements Budget.Holder {
    private final Dossier dossier;
    private final Outbox outbox;
    private final Heartbeat heartbeat;
    private final Ending ending;
    private final Timing timing;
    private final LongSupplier nanoTime;
    private final Predicate<Figures.Peer> isUnwanted;

    private volatile Consumer<Connection> onIntroduced = introduced -> {};
    private volatile boolean isDropped; // what waits for it
    private volatile LongSupplier gathered = () -> 0;
    private final AtomicLong occupied = new AtomicLong();
    private long restsUntil; // the timer's own
    private volatile Tracing.@Nullable Origin origin;

    /** Whoever {@code isUnwanted} names is closed with 4501, and what waits is counted in the budget. */
    Connection(
            String id,
            Wire wire,
            Outbox.Bounds bounds,
            Timing timing,
            Workers workers,
            LongSupplier nanoTime,
            Consumer<Connection> onClosed,
            Predicate<Figures.Peer> isUnwanted,
            Budget budget) {
        this.timing = timing;
        this.nanoTime = nanoTime;
        this.restsUntil = nanoTime.getAsLong();
        this.isUnwanted = isUnwanted;
        this.dossier = new Dossier(id);
        this.outbox = new Outbox(wire, new Reactions(), bounds, workers, nanoTime, budget);
        this.heartbeat = new Heartbeat(timing, nanoTime);
        this.ending = new Ending(id, wire, workers, () -> {
            outbox.queue.over();
            onClosed.accept(this);
        });
    }

    /** A random name, safe to show to other users and to log. */
    public String id() {
        return dossier.id;
    }

    /** What its peer says things for; null if nobody traces that. */
    public Tracing.@Nullable Origin origin() {
        return origin;
    }

    /** Says what its peer says things for. */
    public void publishesFor(Tracing.@Nullable Origin traced) {
        origin = traced;
    }

    /** Whether it may still be sent to; false from the first sign of its end. */
    public boolean isLive() {
        return ending.end() == null;
    }

    /**
     * Queues text messages, which leave together where the server can do that. A full outbox ends the connection with
     * {@link CloseCode#SLOW}; a sender never waits or fails.
     */
    public void send(List<Outgoing> messages) {
        if (outbox.offer(messages) == Outbox.Offer.FULL) {
            abort(CloseCode.SLOW);
        }
    }

    /** Queues a text message that goes to nobody else. */
    public void send(String text) {
        send(List.of(new Outgoing(text)));
    }

    /**
     * Sends signals when no message waits; the oldest are given up where the peer is too slow for them.
     *
     * @return how many were given up
     */
    public int signal(List<Outgoing> signals) {
        return outbox.offerSignals(signals);
    }

    /** Queues a binary message; nobody may change the bytes from now on. */
    public void send(byte[] binary) {
        send(List.of(new Outgoing(binary)));
    }

    /** Says that an answer to the peer is on its way from elsewhere, such as a room: {@link #flush} waits until it is {@link #answered}. */
    public void expectAnswer(String key) {
        outbox.flush.expectAnswer(key);
    }

    /** The answer that was expected has been sent. */
    public void answered(String key) {
        outbox.flush.answered(key);
    }

    /**
     * Blocks until what the peer's last message caused is on the wire, at most for {@code max}. To be called by the container's
     * thread before it returns for the peer's next frame: if that is a close, the container answers it at once and by itself,
     * and whatever had still to be said before is lost. It also slows down a peer that asks faster than it reads; one that has
     * stopped reading is not waited for.
     */
    public void flush(Duration max) {
        try {
            outbox.flush.await(max.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it politely: what waits is sent first, then the close frame. */
    public void close(CloseStatus code) {
        if (end(code.reason(), code.cause(), code)) {
            outbox.finish(code);
        }
    }

    /** Ends it now: what waits is dropped. */
    public void abort(CloseStatus code) {
        isDropped = true;
        end(code.reason(), code.cause(), code);
        outbox.queue.discard();
        ending.close(code);
    }

    /** Says who else knows how many bytes of its peer's messages are held. Called by one thread at a time. */
    public void gathers(LongSupplier incoming) {
        LongSupplier others = gathered;
        gathered = () -> others.getAsLong() + incoming.getAsLong();
    }

    /** Says that so many bytes more are there for its sake, or fewer: places in rooms. */
    public void occupies(long bytes) {
        occupied.addAndGet(bytes);
    }

    /** What waits for its peer, what its peer has not completed, and what is there for its sake. */
    @Override
    public long held() {
        return isDropped ? 0 : sum();
    }

    @Override
    public long yielding() {
        return isDropped ? sum() : 0;
    }

    private long sum() {
        return outbox.queue.held() + gathered.getAsLong() + occupied.get();
    }

    /** Ends it now, because it holds more than anybody else while there is not enough for all. */
    @Override
    public void giveWay() {
        abort(CloseCode.OVERLOADED);
    }

    /** The container says that the session is over. */
    public void gone() {
        isDropped = true;
        end("closed by peer", "peer", CloseCode.GOING_AWAY);
        outbox.queue.discard();
        ending.sessionClosed();
    }

    /** A frame of any kind arrived, or a part of one. */
    public void seen() {
        heartbeat.seen();
    }

    /** A part of a message arrived, of so many bytes; the last one makes it whole. */
    public void received(int bytes, boolean isLast) {
        dossier.received(bytes, isLast);
    }

    /** A pong arrived. */
    public void ponged() {
        heartbeat.ponged();
    }

    /** Calls {@code listener} as soon as it is known where its handshake came from. */
    void onIntroduced(Consumer<Connection> listener) {
        onIntroduced = listener;
    }

    /** Whether it is known where its handshake came from. */
    boolean isIntroduced() {
        return dossier.isIntroduced();
    }

    /** Says who is at the other end, once that is known. */
    public void introduce(Figures.Peer known) {
        boolean isFirst = !isIntroduced();
        dossier.introduce(known);
        if (isFirst) {
            onIntroduced.accept(this);
        }
        if (isUnwanted.test(known)) {
            close(CloseCode.REMOVED);
        }
    }

    /** Says when its peer's credential ends; null if it does not. */
    public void expires(@Nullable Instant end) {
        dossier.expires = end;
    }

    /** Something happened that an operator who looks at this connection should see, for a minute. */
    public void note(String what) {
        dossier.trail.add(Instant.now(), what);
    }

    /** What happened during the last minute, oldest first. */
    public List<Figures.Event> events() {
        return dossier.trail.since(Instant.now());
    }

    /** Says under which name its peer came, once that is known. */
    public void named(String user) {
        named(user, peer().source());
    }

    /** Says as well who vouches for that name. */
    public void named(String user, String source) {
        introduce(new Figures.Peer(user, source, peer().address(), peer().endpoint()));
    }

    public Figures.Peer peer() {
        return dossier.peer;
    }

    /** Runs {@code task} once all that was sent up to now is on the wire; never, if it ends before or another task waits. */
    public void afterwards(Runnable task) {
        outbox.flush.afterwards(task);
    }

    /** When it was accepted. */
    public Instant since() {
        return dossier.since;
    }

    /** How many messages wait in its outbox. */
    public int waiting() {
        return outbox.queue.depth().waiting();
    }

    /** What waits for its peer, to look at. */
    OutboxQueue queue() {
        return outbox.queue;
    }

    Traffic traffic() {
        return dossier.traffic(outbox.queue.depth());
    }

    /** How it is doing. */
    public Figures figures() {
        return dossier.figures(outbox.queue, held(), heartbeat);
    }

    /** What there is to say of it once it is over. */
    Figures.Ended asEnded() {
        return new Figures.Ended(
                id(),
                peer(),
                since(),
                Instant.now(),
                endCause(),
                outbox.queue.depth().dropped());
    }

    /** Why it ended, in a word that is one of a few: the name of a close code, {@code peer} or {@code broken}. */
    public String endCause() {
        Ending.End end = ending.end();
        return end == null ? "" : end.cause();
    }

    /** Whether it has ended because its peer sent more than it may. */
    public boolean hasExceededLimit() {
        Ending.End end = ending.end();
        return end != null && (end.code() == CloseCode.LIMIT_EXCEEDED || end.code() == CloseCode.TOO_BIG);
    }

    /** Runs {@code listener} once when the connection ends; at once if it has ended already. */
    public void onEnd(Runnable listener) {
        ending.listen(listener);
    }

    /**
     * Whether its outbox is filling although its peer is taking what it gets: then this node is what is slow, and whoever
     * produces should pause. A peer that has stopped taking does not count; the watchdog will deal with it.
     */
    public boolean isBehind() {
        return outbox.queue.isFilling() && outbox.queue.stalledNanos() < timing.movingNanos();
    }

    /** The heartbeat and the watchdog, called about four times a second by the timer. While nothing is being written, most calls do nothing. */
    void check(long now) {
        if (now - restsUntil < 0) {
            return;
        }
        dossier.watch(outbox.queue);
        long under = outbox.queue.stalledNanos();
        restsUntil = under == 0 ? now + Math.min(timing.restNanos(), heartbeat.left(now)) : now;
        boolean stalled = under > timing.sendTimeoutNanos();
        Ending.End end = ending.end();
        if (end != null) {
            if (stalled || now - end.at() > timing.sendTimeoutNanos()) {
                isDropped = true;
                outbox.queue.discard(); // neither the farewell nor the container's own close has come through
                ending.close(stalled ? CloseCode.SLOW : end.code());
            }
        } else if (stalled) {
            abort(CloseCode.SLOW);
        } else {
            switch (heartbeat.pulse(now)) {
                case ALIVE -> {}
                case QUIET -> outbox.ping();
                case DEAD -> abort(CloseCode.NO_PONG);
            }
        }
    }

    private boolean end(String why, String cause, CloseStatus code) {
        return ending.begin(
                new Ending.End(code, cause, nanoTime.getAsLong()), () -> this + " ends: " + why + ", " + dossier);
    }

    /** Done once its session has been closed, by whomever; later than what {@link #onEnd} tells. */
    public CompletionStage<?> whenClosed() {
        return ending.whenClosed();
    }

    @Override
    public String toString() {
        return "connection " + id();
    }

    /** What the outbox reports. */
    private final class Reactions implements Outbox.Owner {
        @Override
        public void broken(Throwable failure) {
            // Most often the container is just closing the session, with a code of its own that must not be overtaken.
            end("cannot be written to: " + failure, "broken", CloseCode.GOING_AWAY);
        }

        @Override
        public void failed(Throwable fault) {
            Threads.report(Connection.this + " is closed", fault);
            abort(CloseCode.INTERNAL_ERROR);
        }

        @Override
        public void pinged(long startedAt) {
            heartbeat.pinged(startedAt);
        }

        @Override
        public void farewell(CloseStatus code) {
            ending.close(code);
        }
    }
}
