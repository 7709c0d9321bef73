package dev.parley.handshake;

import dev.parley.node.Threads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The handshakes of a gate: sees to it that each of them ends, also one that a visitor broke off between the gate and
 * {@code @OnOpen}, which no server reports, and that none outlasts its credential. Thread-safe.
 *
 * <p>What they hold is closed on threads of its own, because closing may block, and whoever notices the end of a connection may
 * not.
 */
final class Handshakes implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CLOSERS = 4;
    private static final int IDLE_SECONDS = 10;
    private static final int STOP_SECONDS = 2;

    /** One that has been handed to the container. */
    private record Waiting(Handshake handshake, long until) {}

    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>(); // the oldest first
    private final Set<Handshake> open = ConcurrentHashMap.newKeySet();
    private final Logins logins = new Logins();
    private final LongSupplier nanoTime;
    private final Clock clock;
    private final Duration grace;
    private final ThreadPoolExecutor closing;

    /**
     * No handshakes yet.
     *
     * @param clock by which credentials end
     * @param grace how long a connection may outlast its credential
     */
    Handshakes(LongSupplier nanoTime, Clock clock, Duration grace) {
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.grace = grace;
        this.closing = new ThreadPoolExecutor(
                CLOSERS,
                CLOSERS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // as many as there are connections, at most
                Threads.factory("cleanup"),
                (task, stopped) -> task.run()); // the application stops, but what was opened is closed
        closing.allowCoreThreadTimeOut(true);
    }

    Executor closing() {
        return closing;
    }

    Logins logins() {
        return logins;
    }

    /** The container has it from now on, and should make a session of it. */
    void handedOver(Handshake handshake) {
        giveUpBrokenOff();
        open.add(handshake);
        handshake.onEnded(() -> open.remove(handshake));
        waiting.add(new Waiting(handshake, nanoTime.getAsLong() + PATIENCE.toNanos()));
    }

    /**
     * Ends those that no session was made of for too long, and revokes those whose credential or session has ended. Throws
     * nothing.
     */
    void sweep() {
        Threads.guarded("giving up broken-off handshakes", this::giveUpBrokenOff)
                .run();
        Threads.guarded("revoking handshakes", this::revokeExpired).run();
        Threads.guarded("looking after sessions", logins::sweep).run();
    }

    private void revokeExpired() {
        Instant now = clock.instant().minus(grace);
        for (Handshake handshake : open) {
            if (handshake.credential().filter(known -> known.isExpired(now)).isPresent()) {
                handshake.revoke();
            }
        }
    }

    private void giveUpBrokenOff() {
        long now = nanoTime.getAsLong();
        for (Waiting first = waiting.peek();
                first != null && (!first.handshake().isWaiting() || now - first.until() >= 0);
                first = waiting.peek()) {
            if (waiting.remove(first) && first.handshake().isWaiting()) {
                first.handshake().end();
            }
        }
    }

    /** Ends those that are waiting, and gives what is being closed a moment. Idempotent. */
    @Override
    public void close() {
        for (Waiting last = waiting.poll(); last != null; last = waiting.poll()) {
            if (last.handshake().isWaiting()) {
                last.handshake().end();
            }
        }
        closing.shutdown();
        try {
            closing.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
