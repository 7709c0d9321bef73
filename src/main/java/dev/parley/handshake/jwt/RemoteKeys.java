package dev.parley.handshake.jwt;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.parley.node.Threads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys that are fetched when they are needed, again after five minutes, and at most every 30 s for a key that is not among them.
 * Thread-safe.
 *
 * <p>One fetch is under way at a time, on a thread that exists for it only. Whoever needs its outcome waits two seconds at most, and
 * sixteen may wait at once; the others are told at once that the keys are away. Whoever's key is known does not wait, except for
 * keys that nobody has used for ten minutes. Where the place is away, the last keys are good for fifty minutes.
 */
final class RemoteKeys implements JWKSource<SecurityContext> {
    private static final long REFRESH_NANOS = Duration.ofMinutes(5).toNanos();
    private static final long STALE_NANOS = Duration.ofMinutes(10).toNanos();
    private static final long OUTAGE_NANOS = Duration.ofMinutes(50).toNanos();
    private static final long INTERVAL_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long FIRST_INTERVAL_NANOS = Duration.ofSeconds(5).toNanos(); // while there are none at all
    private static final long PATIENCE_MILLIS = 2_000;
    private static final int MAX_WAITING = 16;

    private final Callable<JWKSet> fetch;
    private final LongSupplier nanoTime;
    private final ThreadFactory threads = Threads.factory("keys");
    private final Semaphore waiting = new Semaphore(MAX_WAITING);

    private volatile @Nullable Fetched known;
    private volatile boolean isAway; // the last fetch failed
    private @Nullable CompletableFuture<Fetched> underWay; // guarded by this, as all below
    private @Nullable Long lastBegan;
    private @Nullable Long lastForUnknown;

    private record Fetched(JWKSet keys, long atNanos) {}

    /** @param fetch gets the keys; may take long, but must end, and may throw anything */
    RemoteKeys(Callable<JWKSet> fetch, LongSupplier nanoTime) {
        this.fetch = fetch;
        this.nanoTime = nanoTime;
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) throws KeySourceException {
        Fetched last = known;
        long age = last == null ? 0 : nanoTime.getAsLong() - last.atNanos();
        if (last == null || age > OUTAGE_NANOS) {
            return selector.select(await(begun(false)).keys());
        }
        List<JWK> matching = selector.select(last.keys());
        if (matching.isEmpty()) {
            CompletableFuture<Fetched> next = begun(true);
            if (next == null && !isAway) {
                return matching;
            }
            return selector.select(await(next).keys());
        }
        if (age > REFRESH_NANOS) {
            CompletableFuture<Fetched> next = begun(false);
            if (age > STALE_NANOS && next != null && !isAway) {
                try {
                    return selector.select(await(next).keys());
                } catch (KeySourceException away) {
                    return matching;
                }
            }
        }
        return matching;
    }

    /** The fetch that is under way, or a new one; null if it is too early for that. */
    private synchronized @Nullable CompletableFuture<Fetched> begun(boolean isForUnknown) {
        if (underWay != null) {
            return underWay;
        }
        long now = nanoTime.getAsLong();
        @Nullable Long last = isForUnknown ? lastForUnknown : lastBegan;
        long interval = known == null ? FIRST_INTERVAL_NANOS : INTERVAL_NANOS;
        if (last != null && now - last < interval && (isForUnknown || isAway)) {
            return null;
        }
        CompletableFuture<Fetched> begun = new CompletableFuture<>();
        Thread thread = threads.newThread(() -> run(begun));
        thread.start(); // before anything is noted, because it may fail
        underWay = begun;
        lastBegan = now;
        if (isForUnknown) {
            lastForUnknown = now;
        }
        return begun;
    }

    private void run(CompletableFuture<Fetched> outcome) {
        Fetched fetched = null;
        Throwable fault = null;
        try {
            fetched = new Fetched(fetch.call(), nanoTime.getAsLong());
        } catch (Throwable e) { // whoever waits is told, whatever it was
            fault = e;
        }
        synchronized (this) {
            underWay = null;
            isAway = fetched == null;
            if (fetched != null) {
                known = fetched;
            }
        }
        if (fetched != null) {
            outcome.complete(fetched);
        } else if (fault != null) {
            outcome.completeExceptionally(fault);
        }
    }

    private Fetched await(@Nullable CompletableFuture<Fetched> outcome) throws KeySourceException {
        if (outcome == null) {
            throw new KeySourceException("the last fetch has failed a moment ago");
        }
        if (!waiting.tryAcquire()) {
            throw new KeySourceException("too many wait for them already");
        }
        try {
            return outcome.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new KeySourceException("the node is stopping");
        } catch (TimeoutException slow) {
            isAway = true; // so that whoever can do without does not wait
            throw new KeySourceException("no answer within two seconds");
        } catch (ExecutionException failed) {
            throw new KeySourceException(String.valueOf(failed.getCause()));
        } finally {
            waiting.release();
        }
    }
}
