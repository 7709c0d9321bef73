package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** A connection over a {@link ScriptedWire}: what it was sent, and how it takes it. Thread-safe. */
public final class Peer {
    static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);
    static final Duration HEARTBEAT = Duration.ofSeconds(20);
    static final Outbox.Bounds ROOMY = new Outbox.Bounds(1_000_000, Long.MAX_VALUE / 2);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ScriptedWire wire;
    private final AtomicInteger forgotten = new AtomicInteger();
    private final Connection connection;

    /** A peer whose outbox never overflows and whose clock stands still. */
    public Peer(Workers workers) {
        this(workers, new ManualClock(), ROOMY);
    }

    /** A peer for whom at most {@code messages} may wait. */
    public Peer(Workers workers, LongSupplier clock, int messages) {
        this(workers, clock, new Outbox.Bounds(messages, ROOMY.bytes()));
    }

    /** A peer for whom at most {@code bytes} may wait. */
    public static Peer withRoomFor(long bytes, Workers workers) {
        return new Peer(workers, new ManualClock(), new Outbox.Bounds(ROOMY.messages(), bytes));
    }

    /** A peer that takes several messages a call. */
    public static Peer withBatches(int batch, Workers workers) {
        return new Peer(new ScriptedWire(batch), workers, new ManualClock(), ROOMY, Timing.of(SEND_TIMEOUT, HEARTBEAT));
    }

    Peer(Workers workers, LongSupplier clock, Outbox.Bounds bounds) {
        this(new ScriptedWire(), workers, clock, bounds, Timing.of(SEND_TIMEOUT, HEARTBEAT));
    }

    Peer(Workers workers, LongSupplier clock, Outbox.Bounds bounds, Timing timing) {
        this(new ScriptedWire(), workers, clock, bounds, timing);
    }

    private Peer(ScriptedWire wire, Workers workers, LongSupplier clock, Outbox.Bounds bounds, Timing timing) {
        this.wire = wire;
        String id = "peer-" + NUMBER.incrementAndGet();
        connection = new Connection(
                id,
                wire,
                bounds,
                timing,
                workers,
                clock,
                ended -> forgotten.incrementAndGet(),
                peer -> false,
                new Budget(Long.MAX_VALUE));
    }

    public Connection connection() {
        return connection;
    }

    ScriptedWire wire() {
        return wire;
    }

    /** How often the connection said that it is closed for good. */
    public int forgotten() {
        return forgotten.get();
    }

    /** What it was sent so far. */
    public List<String> lines() {
        return wire.texts();
    }

    /** What it was sent, as soon as that is at least {@code count} messages. */
    public List<String> awaitLines(int count) {
        return wire.awaitTexts(count);
    }

    /** What it was sent, as soon as {@code line} is among it. */
    public List<String> awaitLine(String line) {
        return wire.awaitText(line);
    }

    /** Waits until {@code line} is among what it was sent, or the connection is being closed. */
    public void awaitLineOrClose(String line) {
        wire.awaitTextOrClose(line);
    }

    public CloseStatus awaitClose() {
        return wire.awaitClose();
    }

    public List<CloseStatus> closes() {
        return wire.closes();
    }

    /** How often it was written to while another write was under way. */
    public int overlaps() {
        return wire.overlaps();
    }

    /** Takes no more than one message until {@link #release}. */
    public void hold() {
        wire.hold();
    }

    /** Waits until a message is being held back, and takes it. */
    public void takeOne() {
        wire.completeNext();
    }

    public void release() {
        wire.release();
    }

    /** Takes each message on a thread of {@code executor}. */
    public void takeOn(Executor executor) {
        wire.script(ScriptedWire.Script.on(executor));
    }

    /** Reports each message as taken twice. */
    public void takeTwice() {
        wire.script(ScriptedWire.TWICE);
    }
}
