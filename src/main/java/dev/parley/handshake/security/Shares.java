package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What tickets stand for, by their digests, as long as they are good: so many in all, and so many of each asker, so that one cannot
 * use up what is everybody's. Thread-safe.
 *
 * @param <T> what a ticket stands for
 */
final class Shares<T> {
    /** More than one user needs within half a minute. */
    static final int MAX_OF_ONE = 100;

    private record Share<T>(Credential.Identity asker, T what, long until) {}

    private final Map<String, Share<T>> shares = new LinkedHashMap<>(); // the oldest first; guarded by this
    private final Map<Credential.Identity, Integer> counts = new HashMap<>(); // by asker; guarded by this
    private final LongSupplier nanoTime;
    private final int max;

    /** @param max how many there may be of all askers together */
    Shares(LongSupplier nanoTime, int max) {
        this.nanoTime = nanoTime;
        this.max = max;
    }

    /** False if there are too many already, of this asker or of all. */
    synchronized boolean add(String digest, Credential.Identity asker, T what) {
        long now = nanoTime.getAsLong();
        forgetOld(now);
        if (shares.size() >= max || counts.getOrDefault(asker, 0) >= MAX_OF_ONE) {
            return false;
        }
        shares.put(digest, new Share<>(asker, what, now + Tickets.LIFETIME.toNanos()));
        counts.merge(asker, 1, Integer::sum);
        return true;
    }

    /** What it stands for, and from then on nothing. */
    synchronized Optional<T> remove(String digest) {
        forgetOld(nanoTime.getAsLong());
        Share<T> share = shares.remove(digest);
        if (share == null) {
            return Optional.empty();
        }
        countDown(share);
        return Optional.of(share.what());
    }

    private void forgetOld(long now) {
        Iterator<Share<T>> oldest = shares.values().iterator();
        while (oldest.hasNext()) {
            Share<T> share = oldest.next();
            if (now - share.until() < 0) {
                return;
            }
            oldest.remove();
            countDown(share);
        }
    }

    private void countDown(Share<T> share) {
        counts.computeIfPresent(share.asker(), (same, count) -> count == 1 ? null : count - 1);
    }
}
