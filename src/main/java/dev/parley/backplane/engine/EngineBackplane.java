package dev.parley.backplane.engine;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Health;
import dev.parley.backplane.Position;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * One node over a shared engine. Works whether the engine is there or not: what is asked while it is away waits a few seconds
 * and then fails; followers are told what they missed when it is back.
 */
public final class EngineBackplane implements Backplane {
    private static final Logger LOG = System.getLogger(EngineBackplane.class.getName());
    private static final Duration LONGEST_CALL = Duration.ofMillis(4L * Engine.TIMEOUT_MILLIS);

    private final Engine engine;
    private final Pulse pulse = new Pulse();
    private final Watch watch = new Watch(LONGEST_CALL);
    private final Hearing hearing;
    private final Writer writer;
    private final Reader reader;
    private final EnginePresence presence;
    private final EngineControl control;
    private final Seal seal;

    private EngineBackplane(Engine engine, Timing timing, String secret) {
        String node = Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX);
        this.engine = engine;
        this.seal = new Seal(secret);
        this.hearing = new Hearing(engine, pulse, Hearer::new);
        this.reader = new Reader(
                () -> watch.connect(engine), pulse, hearing, timing.check().toMillis());
        this.writer =
                new Writer(() -> watch.connect(engine), pulse, reader::promise, (room, feed) -> reader.doubt(room));
        this.presence = new EnginePresence(
                node,
                timing.lease(),
                hearing,
                this::append,
                chores -> new Clerk(() -> watch.connect(engine), pulse, chores));
        this.control = new EngineControl(node, seal, presence.clerk()::ask);
    }

    /**
     * Starts a node.
     *
     * @param secret seals words between nodes and what they keep; empty for none
     * @throws BackplaneException if the engine is there and set up such that it would lose messages
     */
    public static EngineBackplane start(Engine engine, Timing timing, String secret) {
        EngineBackplane backplane = new EngineBackplane(engine, timing, secret);
        try (Link first = engine.connect()) {
            first.tops(Set.of());
        } catch (LinkException away) {
            LOG.log(Level.WARNING, "the engine is away: {0}", away.getMessage());
        }
        backplane.watch.start();
        backplane.hearing.start();
        backplane.writer.start();
        backplane.reader.start();
        backplane.presence.clerk().start();
        return backplane;
    }

    @Override
    public CompletionStage<Appended> append(RoomId room, Draft draft) {
        return writer.append(room, draft);
    }

    @Override
    public Following follow(RoomId room, Follower follower) {
        return reader.follow(room, follower, writer::begin);
    }

    @Override
    public CompletionStage<Slice> read(RoomId room, Position after, int limit) {
        return presence.clerk().ask(link -> {
            Excerpt excerpt = link.read(Map.of(room, after), limit, false).get(room);
            if (excerpt == null) {
                throw new LinkException("an answer to another question");
            }
            return excerpt.slice();
        });
    }

    @Override
    public CompletionStage<Slice> readBefore(RoomId room, long seq, int limit) {
        return presence.clerk().ask(link -> link.readBefore(room, seq, limit));
    }

    @Override
    public CompletionStage<Position> purge(RoomId room) {
        return presence.clerk().ask(link -> link.purge(room));
    }

    @Override
    public CompletionStage<?> keep(String key, String value, Duration life) {
        String kept = seal.of(key + ' ' + value) + ' ' + value; // with its key, so that it cannot be moved
        return presence.clerk().ask(link -> {
            link.keep(key, kept, life);
            return true;
        });
    }

    @Override
    public CompletionStage<Optional<String>> take(String key) {
        return presence.clerk().ask(link -> link.take(key)).thenApply(kept -> kept.flatMap(text -> opened(key, text)));
    }

    private Optional<String> opened(String key, String kept) {
        int space = Math.max(0, kept.indexOf(' '));
        String value = kept.substring(space + 1);
        if (!seal.fits(kept.substring(0, space), key + ' ' + value)) {
            LOG.log(Level.WARNING, "what was kept is not sealed with our secret, and is ignored");
            return Optional.empty();
        }
        return Optional.of(value);
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
    public Health health() {
        boolean isReachable = writer.isUp()
                && reader.isUp()
                && hearing.isUp()
                && presence.clerk().isUp();
        Duration lag = reader.isUp() && hearing.isUp() ? Duration.ZERO : pulse.sinceChecked();
        return new Health(engine.name(), isReachable, lag, pulse.repairs(), pulse.reconnects());
    }

    /** What is to be stored is stored first, for at most two seconds. */
    @Override
    public void close() {
        writer.close();
        presence.close();
        reader.close();
        hearing.close();
        watch.close();
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

    /** On the ear's thread. */
    private final class Hearer implements Engine.Hearer {
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
        public void said(String word) {
            control.heard(word);
        }
    }
}
