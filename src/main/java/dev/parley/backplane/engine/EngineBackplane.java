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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.regex.Pattern;
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
    private static final Pattern WORD = Pattern.compile("[\\x21-\\x7e]{0,100}"); // an epoch, the id of a message
    private static final String NO_EPOCH = "-"; // no log has it

    private final Engine engine;
    private final Budget budget;
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
    private final Hmac hmac;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Threads.@Nullable Loop watch;
    private volatile @Nullable Witness witness;

    private EngineBackplane(Engine engine, Timing timing, String secret, Budget budget, Threads threads) {
        String node = Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX);
        this.engine = engine;
        this.budget = budget;
        this.threads = threads;
        this.hmac = new Hmac(secret);
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
        CompletionStage<Appended> answer = writer.append(room, draft, after);
        answer.whenComplete((appended, failure) -> {
            keeping.touched(room); // once it is there, or is not: who looks before would find nothing to delete
            if (appended != null) {
                tell(room, draft, appended);
            }
        });
        return answer;
    }

    /** Not by way of the writer, whose batches are cut anywhere. */
    @Override
    public CompletionStage<Map<RoomId, Appended>> append(Map<RoomId, Draft> drafts) {
        List<Link.Proposal> proposals = drafts.entrySet().stream()
                .map(each -> new Link.Proposal(each.getKey(), each.getValue(), writer.newId(), null))
                .toList();
        long bytes = drafts.values().stream().mapToLong(Draft::bytes).sum();
        if (closed.get() || budget.isShort()) {
            return CompletableFuture.failedStage(
                    new BackplaneException(closed.get() ? "the backplane is closed" : "too much waits for the engine"));
        }
        budget.hold(Budget.Use.ENGINE, Budget.costOf(bytes));
        return workers.ask(QueryWorkers.Lane.TOGETHER, link -> link.log().appendTogether(proposals))
                .whenComplete((stored, failure) -> {
                    budget.release(Budget.Use.ENGINE, Budget.costOf(bytes));
                    drafts.keySet().forEach(keeping::touched);
                })
                .thenApply(stored -> {
                    Map<RoomId, Appended> all = new HashMap<>();
                    for (int i = 0; i < proposals.size(); i++) {
                        Link.Proposal proposal = proposals.get(i);
                        Position position = stored.get(i);
                        reader.promise(proposal.room(), position);
                        Appended appended =
                                new Appended(position, !position.message().equals(proposal.message()));
                        all.put(proposal.room(), appended);
                        tell(proposal.room(), proposal.draft(), appended);
                    }
                    return all;
                });
    }

    private void tell(RoomId room, Draft draft, Appended appended) {
        Witness told = witness;
        if (told != null && draft.kind() != Draft.Kind.LEFT && !appended.duplicate() && told.seesMessages(room)) {
            told.stored(room, appended.position(), draft);
        }
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
        return read(room, after, new Link.Bounds(limit, bytes, true, keeping.ofRead(room)), false);
    }

    @Override
    public CompletionStage<Slice> readOn(RoomId room, Position after, int limit, long bytes) {
        return read(
                room,
                after,
                new Link.Bounds(limit, bytes, true, Keep.ALL),
                keeping.of(room).isLimited());
    }

    private CompletionStage<Slice> read(RoomId room, Position after, Link.Bounds bounds, boolean isForFollowers) {
        Position possible = WORD.matcher(after.epoch()).matches() ? after : new Position(NO_EPOCH, after.seq(), "");
        return workers.ask(
                QueryWorkers.Lane.of(room),
                List.of("read", room, possible, bounds, isForFollowers),
                expected(bounds.bytes()),
                link -> excerpt(room, possible, bounds, isForFollowers, link).slice());
    }

    private static Excerpt excerpt(RoomId room, Position after, Link.Bounds bounds, boolean isForFollowers, Link link)
            throws LinkException {
        return Objects.requireNonNull(
                link.log().read(Map.of(room, after), bounds, isForFollowers).get(room),
                "an answer to another question");
    }

    /** From before there was a log, reading begins with the oldest entry. */
    @Override
    public CompletionStage<Extent> extent(RoomId room) {
        return workers.ask(QueryWorkers.Lane.of(room), List.of("extent", room), 0, link -> {
            Link.Bounds none = new Link.Bounds(0, 0, false, keeping.ofRead(room));
            Excerpt nothing = excerpt(room, Position.ORIGIN, none, false, link);
            Position top = nothing.slice().top();
            return new Extent(top, top.seq() - nothing.from().seq());
        });
    }

    @Override
    public CompletionStage<Slice> readBefore(RoomId room, long seq, int limit, long bytes) {
        Link.Bounds bounds = new Link.Bounds(limit, bytes, true, keeping.ofRead(room));
        return workers.ask(
                QueryWorkers.Lane.of(room),
                List.of("before", room, seq, bounds),
                limit == 0 ? 0 : expected(bytes),
                link -> link.log().readBefore(room, seq, bounds));
    }

    /** Whoever asks without a bound is no visitor. */
    private static long expected(long bytes) {
        return bytes > Integer.MAX_VALUE ? 0 : bytes;
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
        if (message.isEmpty() || !WORD.matcher(message).matches()) {
            return CompletableFuture.completedStage(false);
        }
        String erasure = UUID.randomUUID().toString();
        return workers.ask(QueryWorkers.Lane.of(room), link -> link.log().erase(room, message, erasure));
    }

    @Override
    public CompletionStage<?> keep(String key, String value, Duration life) {
        String kept = hmac.of(key + ' ' + value) + ' ' + value; // with its key, so that it cannot be moved
        return workers.ask(QueryWorkers.Lane.SHELF, link -> {
            link.shelf().keep(key, kept, life);
            return true;
        });
    }

    @Override
    public CompletionStage<Optional<String>> take(String key) {
        return workers.ask(QueryWorkers.Lane.SHELF, link -> link.shelf().take(key))
                .thenApply(kept -> kept.flatMap(text -> opened(key, text)));
    }

    private Optional<String> opened(String key, String kept) {
        int space = Math.max(0, kept.indexOf(' '));
        String value = kept.substring(space + 1);
        if (!hmac.fits(kept.substring(0, space), key + ' ' + value)) {
            LOG.log(Level.WARNING, "what was kept is not signed with our secret, and is ignored");
            return Optional.empty();
        }
        return Optional.of(value);
    }

    @Override
    public void witnessedBy(Witness told) {
        witness = told;
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
            presence.moved(room);
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
        public void moved(RoomId room) {
            presence.moved(room);
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
