package dev.parley.backplane.engine;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Extent;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Health;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Position;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.backplane.Witness;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One node over a shared engine. Works whether the engine is there or not: what is asked while it is away waits a few seconds
 * and then fails; followers are told what they missed when it is back.
 */
public final class EngineBackplane implements Backplane {
    private static final Logger LOG = System.getLogger(EngineBackplane.class.getName());
    private static final long LOOK_MILLIS = 250;
    private static final Duration WATCH_PATIENCE = Duration.ofSeconds(9);
    private static final Duration LONGEST_CALL =
            Duration.ofMillis(4L * Engine.TIMEOUT_MILLIS); // of several questions, perhaps

    private final Engine engine;
    private final Threads threads;
    private final Listening listening;
    private final QueryWorkers workers;
    private final Writer writer;
    private final Reader reader;
    private final EnginePresence presence;
    private final EngineControl control;
    private final EngineSignals signals;
    private final List<ConnectionLoop<?>> loops; // those of the workers aside, of which one is enough
    private final Intake intake;
    private final Keeping keeping;
    private final SignedShelf shelf;
    private final LogReads reads;
    private final LogAppends appends;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Threads.@Nullable Loop watch;

    private EngineBackplane(Engine engine, Timing timing, String secret, Budget budget, Threads threads) {
        String node = Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX);
        this.engine = engine;
        this.threads = threads;
        Hmac hmac = new Hmac(secret);
        this.listening = new Listening(engine, new Heard());
        this.workers = new QueryWorkers(engine::connect, budget);
        this.reader = new Reader(engine::connect, listening, budget, timing.check());
        this.writer = new Writer(engine::connect, budget, reader);
        this.presence = new EnginePresence(node, timing.lease(), engine::connect, listening, workers, this::append);
        this.control = new EngineControl(node, hmac, workers);
        this.signals = new EngineSignals(workers, budget);
        this.loops = List.of(listening.loop(), writer.loop(), reader.loop(), presence.loop());
        this.intake = new Intake(workers);
        this.keeping = new Keeping(workers);
        this.shelf = new SignedShelf(workers, hmac);
        this.reads = new LogReads(workers, keeping);
        this.appends = new LogAppends(writer, reader, workers, keeping, budget, closed::get);
    }

    /**
     * Starts a node.
     *
     * @param secret signs words between nodes and what they keep; empty for none
     * @param threads watch its loops; they stay the caller's
     * @throws BackplaneException if the engine is there and set up such that it would lose messages; then nothing is left open
     */
    public static EngineBackplane start(Engine engine, Timing timing, String secret, Budget budget, Threads threads) {
        EngineBackplane backplane = new EngineBackplane(engine, timing, secret, budget, threads);
        try {
            try (Link first = engine.connect()) {
                first.ping();
            } catch (LinkException away) {
                LOG.log(Level.WARNING, "the engine is away: {0}", away.getMessage());
            }
            backplane.loops.forEach(loop -> loop.start(threads));
            backplane.workers.loops().forEach(loop -> loop.start(threads));
            backplane.watch = threads.start("backplane-watch", Threads.Part.ENGINE, WATCH_PATIENCE, backplane::watch);
            return backplane;
        } catch (Throwable e) {
            backplane.close();
            throw e;
        }
    }

    private void watch(Runnable progress) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        intake.poll();
        keeping.poll();
        workers.watch();
        loops.forEach(loop -> loop.cutIfStuck(LONGEST_CALL));
        threads.revive();
        progress.run();
    }

    @Override
    public CompletionStage<Appended> append(RoomId room, Draft draft, @Nullable String after) {
        return appends.append(room, draft, after);
    }

    @Override
    public CompletionStage<Map<RoomId, Appended>> append(Map<RoomId, Draft> drafts) {
        return appends.append(drafts);
    }

    @Override
    public Following follow(RoomId room, Follower follower) {
        return reader.follow(room, follower, writer::begin);
    }

    @Override
    public boolean signal(RoomId room, Signal signal) {
        Signal.requireShort(signal);
        return !closed.get() && signals.send(room, signal);
    }

    @Override
    public CompletionStage<Slice> read(RoomId room, Position after, int limit, long bytes) {
        return reads.after(room, after, limit, bytes);
    }

    @Override
    public CompletionStage<Slice> readOn(RoomId room, Position after, int limit, long bytes) {
        return reads.on(room, after, limit, bytes);
    }

    @Override
    public CompletionStage<Extent> extent(RoomId room) {
        return reads.extent(room);
    }

    @Override
    public CompletionStage<Slice> readBefore(RoomId room, long seq, int limit, long bytes) {
        return reads.before(room, seq, limit, bytes);
    }

    @Override
    public CompletionStage<Position> purge(RoomId room) {
        return workers.ask(QueryWorkers.Lane.of(room), link -> link.log().purge(room));
    }

    @Override
    public void retain(Function<RoomId, Keep> rules) {
        keeping.begin(rules);
    }

    /** An id that no entry has is looked for in no engine. */
    @Override
    public CompletionStage<Boolean> erase(RoomId room, String message) {
        if (message.isEmpty() || !LogReads.WORD.matcher(message).matches()) {
            return CompletableFuture.completedStage(false);
        }
        String erasure = UUID.randomUUID().toString();
        return workers.ask(QueryWorkers.Lane.of(room), link -> link.log().erase(room, message, erasure));
    }

    @Override
    public CompletionStage<?> keep(String key, String value, Duration life) {
        return shelf.keep(key, value, life);
    }

    @Override
    public CompletionStage<Optional<String>> take(String key) {
        return shelf.take(key);
    }

    @Override
    public void witnessedBy(Witness told) {
        appends.witnessedBy(told);
        presence.witnessedBy(told);
        intake.witnessedBy(told);
    }

    @Override
    public PresenceStore presence() {
        return presence;
    }

    @Override
    public ControlBus control() {
        return control;
    }

    @Override
    public void takeIn(int maxBytes) {
        if (engine.hasOutbox()) {
            intake.begin(maxBytes);
        }
    }

    /** By progress: a loop that is stuck is not reachable, whatever it believes of its connection. */
    @Override
    public Health health() {
        boolean isReachable = loops.stream().allMatch(ConnectionLoop::isUp)
                && workers.loops().stream().anyMatch(ConnectionLoop::isUp)
                && threads.stuck(Threads.Part.ENGINE).isEmpty();
        long reconnects = Stream.concat(loops.stream(), workers.loops().stream())
                .mapToLong(ConnectionLoop::reconnects)
                .sum();
        return new Health(engine.name(), isReachable, reader.lag(), reader.repairs(), reconnects, intake.refusals());
    }

    /** What is to be stored is stored first, for at most two seconds. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        intake.end();
        keeping.end();
        signals.end();
        writer.close();
        presence.close(writer.wasHeard());
        workers.close();
        reader.close();
        listening.loop().close();
        Threads.Loop watching = watch;
        if (watching != null) {
            watching.close();
        }
        engine.close();
    }

    /**
     * How often and how long.
     *
     * @param check between two comparisons of what followers have with the log
     * @param lease after this time without a sign of life a node's members have left
     */
    public record Timing(Duration check, Duration lease) {
        public static final Timing USUAL = new Timing(Duration.ofSeconds(5), Duration.ofSeconds(15));
    }

    /** On the listener's thread. */
    private final class Heard implements Engine.Events {
        @Override
        public void listening(RoomId room) {
            reader.doubt(room);
            presence.rooms().moved(room);
        }

        @Override
        public void appended(RoomId room, Entry entry) {
            reader.offer(room, entry);
        }

        @Override
        public void grown(RoomId room) {
            reader.grown(room);
        }

        @Override
        public void moved(RoomId room, String member) {
            presence.rooms().moved(room, member);
        }

        @Override
        public void signalled(RoomId room, Signal signal) {
            reader.signalled(room, signal);
        }

        @Override
        public void said(String word) {
            control.heard(word);
        }

        @Override
        public void posted() {
            intake.wake();
        }
    }
}
