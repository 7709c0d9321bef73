package dev.parley.handshake;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How many of the server's threads may wait for something at once: on the whole node, and for each asker. Whoever is one too many
 * waits a moment for a place, with a limit on those, too, and is then refused. So what does not answer holds few threads, and one
 * asker cannot use up what is everybody's. Thread-safe; one for an application.
 *
 * <p>It bounds how many wait, and not how long: whoever asks about a handshake has a deadline of two seconds or less.
 */
public final class BlockingLimit {
    private static final int MAX = 32; // fewer than the threads of any server
    private static final int SHARE = 4;
    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;

    private final int max;
    private final int share;
    private final long patienceNanos;
    private final Map<String, Integer> askers = new HashMap<>(); // guarded by this, as all below
    private int asking;
    private int waiting;

    /** At most 32 at once, and 4 for an asker. */
    public BlockingLimit() {
        this(MAX, SHARE, PATIENCE);
    }

    /**
     * A limit of its own.
     *
     * @param max how many at once
     * @param share how many of them for one asker
     */
    public BlockingLimit(int max, int share) {
        this(max, share, PATIENCE);
    }

    BlockingLimit(int max, int share, Duration patience) {
        this.max = max;
        this.share = share;
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Asks on this thread, if there is a place.
     *
     * @param asker the client's address; of IPv6, 64 bits count. This machine has no share, only the node's limit: a proxy may
     *     stand there that nobody told us to trust
     * @throws HandshakeRefused 429, if too many of the asker's are waiting; 503, if too many are at all
     */
    public <T> T call(String asker, Supplier<T> question) {
        String name = AddressLimits.nameOf(asker).orElse("");
        enter(name);
        try {
            return question.get();
        } finally {
            leave(name);
        }
    }

    private synchronized void enter(String asker) {
        long deadline = System.nanoTime() + patienceNanos;
        while (isOverShare(asker) || asking == max) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (waiting == max || left <= 0) {
                throw isOverShare(asker)
                        ? new HandshakeRefused(TOO_MANY_REQUESTS, "too many checks under way from one address")
                        : new HandshakeRefused(UNAVAILABLE, "too many checks under way");
            }
            waiting++;
            try {
                wait(left);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new HandshakeRefused(UNAVAILABLE, "the node is stopping");
            } finally {
                waiting--;
            }
        }
        asking++;
        askers.merge(asker, 1, Integer::sum);
    }

    private boolean isOverShare(String asker) {
        return !asker.isEmpty() && askers.getOrDefault(asker, 0) >= share;
    }

    private synchronized void leave(String asker) {
        asking--;
        askers.computeIfPresent(asker, (same, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }

    synchronized boolean isIdle() {
        return asking == 0 && waiting == 0 && askers.isEmpty();
    }
}
